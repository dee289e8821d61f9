import { expect, test } from "bun:test";
import { Hints } from "../../src/replicas/hints.ts";
import { type HintNetwork, hintNetwork } from "../support/hint-network.ts";

/** Replicas of one network, whose time the test moves. */
const replicas = () => {
  const network = hintNetwork();
  let now = 0;
  const open = (owner: string) => {
    const ways: string[] = [];
    const hints = new Hints({
      store: network.store,
      system: { now: () => now },
      owner,
      logger: { waySettled: (way) => ways.push(way) },
    });
    const received: (string | null)[] = [];
    hints.on("run", (key) => received.push(key));
    const tick = async () => {
      await hints.tick();
      await network.settle();
    };
    return { hints, received, ways, tick };
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { network, open, pass };
};

/** Two of them that have found each other. */
const pair = async () => {
  const { network, open, pass } = replicas();
  const [a, b] = [open("a"), open("b")];
  for (const { tick } of [a, b]) await tick();
  for (const { received } of [a, b]) received.length = 0;
  return { network, pass, a, b };
};

const messagesOf = (network: HintNetwork, of: string) => network.sent.filter((payload) => payload.includes(`"${of}"`));

test("a hint reaches every other replica once, and not its sender", async () => {
  const { network, a, b } = await pair();
  for (const key of ["1", "2", "1"]) a.hints.send("run", key);
  await network.settle();
  expect(b.received).toEqual(["1", "2"]);
  expect(a.received).toEqual([]);
  expect(messagesOf(network, "run")).toHaveLength(1);
});

test("hints that come while a message is under way go with the next", async () => {
  const { network, a, b } = await pair();
  a.hints.send("run", "first");
  // The message is taken at the end of this turn of the loop.
  await Promise.resolve();
  for (let at = 0; at < 100; at++) a.hints.send("run", `${at}`);
  await network.settle();
  expect(b.received).toEqual(["first", ...Array.from({ length: 100 }, (_, at) => `${at}`)]);
  expect(messagesOf(network, "run")).toHaveLength(2);
});

test("they arrive once a replica has received itself; then it looks at everything", async () => {
  const { network, open } = replicas();
  const a = open("a");
  expect(a.hints.areArriving).toBe(false);
  await a.tick();
  expect(a.hints.areArriving).toBe(true);
  expect(a.received).toEqual([null]);
  expect(a.ways).toEqual(["notified"]);
  expect(network.listening).toBe(1);
});

test("a replica that listens again after its connection was lost looks at everything", async () => {
  const { network, a } = await pair();
  network.reconnect();
  expect(a.hints.areArriving).toBe(false);
  await network.settle();
  expect(a.hints.areArriving).toBe(true);
  expect(a.received).toEqual([null]);
  // Nothing has changed for an operator.
  expect(a.ways).toEqual(["notified"]);
});

test("where they do not arrive it says so once, and tries again ever less often, until they do", async () => {
  const { network, open, pass } = replicas();
  network.state = "deaf";
  const a = open("a");
  const attempts: number[] = [];
  for (let second = 0; second < 600; second++) {
    const before = network.listening;
    await a.tick();
    if (network.listening > before) attempts.push(second);
    pass(1_000);
  }
  expect(a.hints.areArriving).toBe(false);
  expect(a.ways).toEqual(["polling"]);
  expect(attempts.length).toBeGreaterThan(10);
  expect(attempts.length).toBeLessThan(20);
  network.state = "up";
  for (let second = 0; second < 63; second++) {
    await a.tick();
    pass(1_000);
  }
  expect(a.hints.areArriving).toBe(true);
  expect(a.ways).toEqual(["polling", "notified"]);
});

test("a replica tells how hints travel, and since when", async () => {
  const { network, open, pass } = replicas();
  const a = open("a");
  expect(a.hints.travel).toBeNull();
  pass(1_000);
  await a.tick();
  expect(a.hints.travel).toEqual({ by: "listen", since: 1_000 });
  network.state = "deaf";
  for (let second = 2; second < 20; second++) {
    pass(1_000);
    await a.tick();
  }
  // The probe of the sixth second has not come back within two.
  expect(a.hints.travel).toEqual({ by: "poll", since: 8_000 });
});

test("a connection that died unnoticed is found out by what does not come back", async () => {
  const { network, a, pass } = await pair();
  network.state = "deaf";
  for (let second = 0; second < 8; second++) {
    pass(1_000);
    await a.tick();
  }
  expect(a.ways).toEqual(["notified", "polling"]);
  expect(a.hints.areArriving).toBe(false);
});

test("a replica with nothing to say sends a probe every five seconds, and no more", async () => {
  const { network, a, pass } = await pair();
  const before = network.sent.length;
  for (let second = 0; second < 60; second++) {
    pass(1_000);
    await a.tick();
  }
  expect(network.sent.length - before).toBe(12);
});

test("what could not be sent is sent when the store is back; an outage does not change how hints are sent", async () => {
  const { network, a, b, pass } = await pair();
  network.state = "away";
  a.hints.send("run", "kept");
  for (let second = 0; second < 60; second++) {
    pass(1_000);
    await a.tick();
  }
  expect(b.received).toEqual([]);
  network.state = "up";
  pass(1_000);
  await a.tick();
  expect(b.received).toEqual(["kept"]);
  expect(a.ways).toEqual(["notified"]);
});

test("a replica that cannot listen at its start goes on, and listens when it can", async () => {
  const { network, open, pass } = replicas();
  network.state = "away";
  const a = open("a");
  await a.tick();
  network.state = "up";
  pass(1_000);
  await a.tick();
  expect(a.hints.areArriving).toBe(true);
});

test("after its end it neither sends nor hears", async () => {
  const { network, a, b } = await pair();
  a.hints.close();
  const before = network.sent.length;
  a.hints.send("run", "late");
  b.hints.send("run", "unnoticed");
  await network.settle();
  expect(network.sent.length).toBe(before + 1);
  expect(a.received).toEqual([]);
  expect(network.listening).toBe(1);
});
