import { expect, test } from "bun:test";
import { logTopic, runsTopic } from "../../src/replicas/contract.ts";
import { Hints } from "../../src/replicas/hints.ts";
import { NOBODY, WatchedTopics } from "../../src/replicas/topics.ts";
import { hintNetwork } from "../support/hint-network.ts";

const TOPIC = logTopic("u:t");

const replicas = () => {
  const network = hintNetwork();
  let now = 0;
  const open = async (owner: string) => {
    const hints = new Hints({
      store: network.store,
      system: { now: () => now },
      owner,
      logger: { waySettled: () => {} },
    });
    const topics = new WatchedTopics({ now: () => now }, hints);
    const tick = async () => {
      await hints.tick();
      topics.tick();
      await network.settle();
    };
    await tick();
    return { topics, tick };
  };
  const changes = () => network.sent.filter((payload) => payload.includes('"changed"')).length;
  const pass = (ms: number) => {
    now += ms;
  };
  return { network, open, changes, pass };
};

test("a change is sent to those who watch, and is not sent when none does", async () => {
  const { network, open, changes } = replicas();
  const [a, b] = [await open("a"), await open("b")];
  a.topics.changed(logTopic("u:other"));
  await network.settle();
  expect(changes()).toBe(0);
  let seen = 0;
  const end = b.topics.watch(TOPIC, () => seen++);
  await network.settle();
  a.topics.changed(TOPIC);
  a.topics.changed(runsTopic("u:t"));
  await network.settle();
  expect(seen).toBe(1);
  expect(changes()).toBe(1);
  end();
  a.topics.changed(TOPIC);
  await network.settle();
  expect(seen).toBe(1);
});

test("a change wakes those who watch in the same process too, hints or not", () => {
  const topics = new WatchedTopics({ now: () => 0 }, NOBODY);
  let seen = 0;
  const ends = [topics.watch(TOPIC, () => seen++), topics.watch(TOPIC, () => seen++)];
  topics.changed(TOPIC);
  expect(seen).toBe(2);
  ends[0]?.();
  topics.changed(TOPIC);
  expect(seen).toBe(3);
});

test("a replica that starts later asks what is watched", async () => {
  const { network, open } = replicas();
  const b = await open("b");
  let seen = 0;
  b.topics.watch(TOPIC, () => seen++);
  await network.settle();
  const late = await open("late");
  seen = 0;
  late.topics.changed(TOPIC);
  await network.settle();
  expect(seen).toBe(1);
});

test("what is watched is repeated, and half a minute after the last time it is forgotten", async () => {
  const { network, open, changes, pass } = replicas();
  const [a, b] = [await open("a"), await open("b")];
  const end = b.topics.watch(TOPIC, () => {});
  for (let second = 0; second < 120; second++) {
    pass(1_000);
    for (const { tick } of [a, b]) await tick();
  }
  a.topics.changed(TOPIC);
  await network.settle();
  expect(changes()).toBe(1);
  end();
  for (let second = 0; second < 45; second++) {
    pass(1_000);
    for (const { tick } of [a, b]) await tick();
  }
  a.topics.changed(TOPIC);
  await network.settle();
  expect(changes()).toBe(1);
});

test("a change just before the word arrives that somebody watches is told then; an older one was seen in the store", async () => {
  const { network, open, changes, pass } = replicas();
  const [a, b] = [await open("a"), await open("b")];
  let seen = 0;
  b.topics.watch(TOPIC, () => seen++);
  // The word is sent at the end of this turn of the loop.
  a.topics.changed(TOPIC);
  await network.settle();
  expect(seen).toBe(1);
  a.topics.changed(runsTopic("u:t"));
  for (let second = 0; second < 5; second++) {
    pass(1_000);
    for (const { tick } of [a, b]) await tick();
  }
  const before = changes();
  b.topics.watch(runsTopic("u:t"), () => seen++);
  await network.settle();
  expect(changes()).toBe(before);
  expect(seen).toBe(1);
});

test("ten thousand watched topics are repeated by name, a part at each tick, and within three ticks when asked for", async () => {
  const { network, open, pass } = replicas();
  const b = await open("b");
  const topics = Array.from({ length: 10_000 }, (_, at) => logTopic(`u:${at}`));
  for (const topic of topics.slice(0, 3_000)) b.topics.watch(topic, () => {});
  await network.settle();
  for (const topic of topics.slice(3_000, 6_000)) b.topics.watch(topic, () => {});
  await network.settle();
  for (const topic of topics.slice(6_000, 9_000)) b.topics.watch(topic, () => {});
  await network.settle();
  for (const topic of topics.slice(9_000)) b.topics.watch(topic, () => {});
  await network.settle();
  const received = new Set<string | null>();
  const late = new Hints({
    store: network.store,
    system: { now: () => 0 },
    owner: "late",
    logger: { waySettled: () => {} },
  });
  late.on("watch", (topic) => received.add(topic));
  await late.tick();
  await network.settle();
  expect(received.size).toBe(3_000);
  for (let second = 0; second < 3; second++) {
    pass(1_000);
    await b.tick();
  }
  expect(received).toEqual(new Set(topics));
  received.clear();
  for (let second = 0; second < 10; second++) {
    pass(1_000);
    await b.tick();
    expect(received.size).toBe((second + 1) * 1_000);
  }
  expect(received).toEqual(new Set(topics));
});

test("a replica that has missed hints wakes all who watch", async () => {
  const { network, open } = replicas();
  const b = await open("b");
  let seen = 0;
  for (const thread of ["u:1", "u:2"] as const) b.topics.watch(logTopic(thread), () => seen++);
  network.reconnect();
  await network.settle();
  expect(seen).toBe(2);
});
