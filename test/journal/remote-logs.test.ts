import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import postgres from "postgres";
import type { LogEvent } from "../../src/domain/event.ts";
import { realSystem } from "../../src/domain/system.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import { logTopic } from "../../src/replicas/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { databaseProxy } from "../support/database-proxy.ts";
import { followed } from "../support/followed.ts";
import { type HintedReplica, hintedReplica } from "../support/hinted-replica.ts";
import { pgbouncerPath, startPgbouncer } from "../support/pgbouncer.ts";
import { freshDatabase } from "../support/postgres.ts";

let url: string;
let admin: postgres.Sql;
beforeAll(async () => {
  url = await freshDatabase();
  admin = postgres(url, { max: 1, onnotice: () => {} });
}, 60_000);
afterAll(() => admin.end());

const aThread = (): ThreadKey => `u:${realSystem.id()}`;
const textOf = (events: readonly LogEvent[]): string =>
  events.flatMap(({ type, json }) => (type === "token" ? [JSON.parse(json).delta as string] : [])).join("");

/** A reader on `here` that waits, as `there` knows. */
const waiting = async (here: HintedReplica, there: HintedReplica, key: ThreadKey) => {
  const watchReceived = Promise.withResolvers<void>();
  const end = there.hints.on("watch", (topic) => topic === logTopic(key) && watchReceived.resolve());
  const reader = followed(here.journal, key, 0, 600_000);
  const first = reader.next();
  await watchReceived.promise;
  end();
  const seen: LogEvent[] = [];
  let next: typeof first | undefined = first;
  /** Reads until it has seen `text`. */
  const sees = async (text: string): Promise<void> => {
    while (!textOf(seen).includes(text)) {
      seen.push(...((await (next ?? reader.next())).value ?? []));
      next = undefined;
    }
  };
  const toEnd = async (): Promise<void> => {
    while (seen.at(-1)?.type !== "done") {
      seen.push(...((await (next ?? reader.next())).value ?? []));
      next = undefined;
    }
    reader.leave();
  };
  return { seen, sees, toEnd, reader, first };
};

/** Two replicas that hear each other. */
const pair = async (of = url, adapt?: (store: Store) => Store) => {
  const [a, b] = [await hintedReplica(of, "a"), await hintedReplica(of, "b", adapt)];
  await Promise.all([a.arriving(), b.arriving()]);
  const stack = new AsyncDisposableStack();
  stack.use(a);
  stack.use(b);
  return { a, b, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};

/** Counts the reads of a store. */
const counting = () => {
  const counts = { read: 0, news: 0, heads: 0 };
  const adapt = (store: Store): Store => ({
    ...store,
    events: {
      ...store.events,
      read: (...args) => {
        counts.read++;
        return store.events.read(...args);
      },
      news: (...args) => {
        counts.news++;
        return store.events.news(...args);
      },
      heads: (...args) => {
        counts.heads++;
        return store.events.heads(...args);
      },
    },
  });
  return { counts, adapt };
};

const LISTENERS = "select pid from pg_stat_activity where datname = current_database() and query ilike 'listen%'";

/** Nothing here polls a journal unless the test does. */
describe("a thread that another replica writes", () => {
  test("is followed by hints alone, each event once, to the run's end", async () => {
    await using replicas = await pair();
    const { a, b } = replicas;
    const key = aThread();
    const run = await a.run(key);
    const { seen, sees, toEnd } = await waiting(b, a, key);
    for (let word = 1; word <= 50; word++) {
      run.say(`<${word}>`);
      await sees(`<${word}>`);
    }
    await run.end();
    await toEnd();
    expect(seen).toEqual([...(await a.store.events.read(key, 0, 1_000))]);
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, at) => at + 1));
  });

  test("is not followed by anybody's reading: a writer whom nobody waits for sends nothing", async () => {
    await using replicas = await pair();
    const { a, b } = replicas;
    let changes = 0;
    b.hints.on("changed", () => changes++);
    const run = await a.run(aThread());
    run.say("unread");
    await run.end();
    // Hints arrive in their order: the probe comes after whatever was sent before.
    const probed = Promise.withResolvers<void>();
    b.hints.on("probe", () => probed.resolve());
    a.hints.send("probe", null);
    await probed.promise;
    expect(changes).toBe(0);
  });

  test("is followed on through a run that begins on yet another replica", async () => {
    await using replicas = await pair();
    const { a, b } = replicas;
    const key = aThread();
    const first = await a.run(key);
    const { seen, sees, toEnd } = await waiting(b, a, key);
    first.say("one ");
    await sees("one ");
    await first.end();
    // It starts later than the reader has begun to wait.
    await using c = await hintedReplica(url, "c");
    const watchReceived = Promise.withResolvers<void>();
    c.hints.on("watch", (topic) => topic === logTopic(key) && watchReceived.resolve());
    await c.arriving();
    await watchReceived.promise;
    const second = await c.run(key);
    second.say("two");
    await sees("two");
    await second.end();
    await toEnd();
    expect(textOf(seen)).toBe("one two");
  });

  test("goes on by hints when the connections that listen are ended", async () => {
    await using replicas = await pair();
    const { a, b } = replicas;
    const key = aThread();
    const run = await a.run(key);
    const { sees, toEnd, seen } = await waiting(b, a, key);
    for (let round = 0; round < 5; round++) {
      let pids = await admin.unsafe(LISTENERS);
      while (pids.length < 2) pids = await admin.unsafe(LISTENERS);
      for (const { pid } of pids) await admin`select pg_terminate_backend(${pid})`;
      // Written while nobody listens: what was missed is looked at once that is over.
      run.say(`<${round}>`);
      await sees(`<${round}>`);
      await Promise.all([a.arriving(), b.arriving()]);
    }
    await run.end();
    await toEnd();
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, at) => at + 1));
    expect(b.ways).toEqual(["notified"]);
  }, 60_000);

  test("that is deleted is left by its readers at once", async () => {
    await using replicas = await pair();
    const { a, b } = replicas;
    const key = aThread();
    const run = await a.run(key);
    const { sees, reader } = await waiting(b, a, key);
    run.say("before");
    await sees("before");
    const next = reader.next().then(
      () => "more",
      (error) => error.message,
    );
    await a.store.threads.delete(key);
    a.topics.changed(logTopic(key));
    expect(await next).toBe("The thread was deleted.");
  });

  test("is read by one statement for many: none of a thousand readers reads by itself", async () => {
    const { counts, adapt } = counting();
    await using replicas = await pair(url, adapt);
    const { a, b } = replicas;
    const runs = await Promise.all(
      Array.from({ length: 1_000 }, async () => {
        const key = aThread();
        return { key, run: await a.run(key), reader: followed(b.journal, key, 0, 600_000) };
      }),
    );
    const firsts = runs.map(({ reader }) => reader.next());
    await b.journal.tick();
    const before = { ...counts };
    // Two megabytes in all: a page holds those of some 130 threads.
    const text = "hello".repeat(400);
    for (const { run } of runs) run.say(text);
    const seen = await Promise.all(firsts);
    for (const { value } of seen) expect(textOf(value ?? [])).toBe(text);
    expect(counts.read - before.read).toBe(0);
    expect(counts.heads - before.heads).toBe(0);
    // At least 256 logs fit into one; the writer's commits come in several.
    expect(counts.news - before.news).toBeLessThan(40);
    for (const { reader } of runs) reader.leave();
  }, 60_000);

  test("is polled where a writer's hints do not come, at the next tick again once that has shown", async () => {
    const { counts, adapt } = counting();
    await using replicas = await pair(url, adapt);
    const { b } = replicas;
    // A replica of an earlier release: it sends nothing.
    await using old = await hintedReplica(url, "old");
    const key = aThread();
    const run = await old.run(key);
    const reader = followed(b.journal, key, 0, 600_000);
    const sees = async (text: string) => {
      const next = reader.next();
      for (let isSeen = false; !isSeen; ) {
        await b.journal.tick();
        isSeen = await Promise.race([next.then(() => true), realSystem.sleep(1).then(() => false)]);
      }
      expect(textOf((await next).value ?? [])).toBe(text);
    };
    run.say("first");
    await sees("first");
    // Quiet logs are looked at by one tick in five.
    for (let tick = 0; tick < 20; tick++) await b.journal.tick();
    const before = counts.news;
    for (let tick = 0; tick < 20; tick++) await b.journal.tick();
    expect(counts.news - before).toBe(4);
    run.say("second");
    await sees("second");
    const after = counts.news;
    await b.journal.tick();
    expect(counts.news - after).toBe(1);
    reader.leave();
    await run.end();
  });
});

test("through an outage of the database a reader misses nothing, and hints carry the rest", async () => {
  await using proxy = await databaseProxy(url);
  await using a = await hintedReplica(proxy.url, "a");
  await using b = await hintedReplica(proxy.url, "b");
  await Promise.all([a.arriving(), b.arriving()]);
  const key = aThread();
  const run = await a.run(key);
  const { seen, sees, toEnd } = await waiting(b, a, key);
  run.say("before ");
  await sees("before ");
  proxy.refuse(true);
  run.say("during ");
  await realSystem.sleep(300);
  expect(textOf(seen)).toBe("before ");
  proxy.refuse(false);
  await sees("during ");
  await Promise.all([a.arriving(), b.arriving()]);
  run.say("after");
  await sees("after");
  await run.end();
  await toEnd();
  expect(textOf(seen)).toBe("before during after");
}, 60_000);

describe.skipIf(pgbouncerPath === null)("behind pgbouncer in transaction mode", () => {
  test("hints do not arrive, which is noticed and logged once, and polling brings the events", async () => {
    await using pgbouncer = await startPgbouncer(url);
    await using a = await hintedReplica(pgbouncer.url, "a");
    await using b = await hintedReplica(pgbouncer.url, "b");
    const key = aThread();
    const run = await a.run(key);
    run.say("first");
    while (b.ways.length === 0) {
      await Promise.all([a.hints.tick(), b.hints.tick()]);
      await realSystem.sleep(50);
    }
    expect([a.ways, b.ways]).toEqual([["polling"], ["polling"]]);
    expect(b.hints.areArriving).toBe(false);
    const reader = followed(b.journal, key, 0, 600_000);
    expect(textOf((await reader.next()).value ?? [])).toBe("first");
    for (let word = 0; word < 20; word++) {
      const next = reader.next();
      run.say(`${word}`);
      for (let isSeen = false; !isSeen; ) {
        await b.journal.tick();
        isSeen = await Promise.race([next.then(() => true), realSystem.sleep(1).then(() => false)]);
      }
      expect(textOf((await next).value ?? [])).toBe(`${word}`);
    }
    reader.leave();
    await run.end();
  }, 60_000);
});
