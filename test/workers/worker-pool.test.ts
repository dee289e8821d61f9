import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { FairQueue } from "../../src/workers/fair-queue.ts";
import { type PoolBounds, PoolFullError, WorkerPool } from "../../src/workers/worker-pool.ts";
import { errorOf } from "../support/error-of.ts";

const entry = { source: new URL("./echo-worker.ts", import.meta.url).href, embedded: "./none.ts" } as const;
const bounds: PoolBounds = { workers: 2, waiting: 10, waitingPerUser: 5 };
const LATE = new Error("late");
const job = { totalMs: 60_000, idleMs: 60_000, onMessage: (value: string) => ({ value }), timeoutError: () => LATE };
const never = new AbortController().signal;
const open = (given: Partial<PoolBounds> = {}) => new WorkerPool<string, string>(entry, { ...bounds, ...given });

describe("users", () => {
  test("are served while another user's requests occupy that user's workers", async () => {
    const pool = open();
    const leaving = new AbortController();
    const loops = Array.from({ length: 4 }, () =>
      pool.run("loop", job, { userId: "a", signal: leaving.signal }).catch(() => "left"),
    );
    const others = ["b", "c", "d"].map((userId) => pool.run(userId, job, { userId, signal: never }));
    expect(await Promise.all(others)).toEqual(["b", "c", "d"]);
    expect(pool.waiting).toBe(3);
    leaving.abort();
    expect(await Promise.all(loops)).toEqual(Array(4).fill("left"));
    expect(pool.waiting).toBe(0);
    expect(await pool.run("again", job, { userId: "a", signal: never })).toBe("again");
  });

  test("take turns, with each user's requests in order", async () => {
    const pool = open({ workers: 1, waitingPerUser: 10 });
    const ended: string[] = [];
    const jobs = ["a1", "a2", "a3", "b1", "c1", "b2"].map(async (name) => {
      ended.push(await pool.run(name, job, { userId: name[0] ?? "", signal: never }));
    });
    await Promise.all(jobs);
    expect(ended).toEqual(["a1", "a2", "b1", "c1", "a3", "b2"]);
  });
});

describe("a request", () => {
  test("beyond the bounds is refused at once, and nothing of it is left", async () => {
    const pool = open({ workers: 1, waiting: 3, waitingPerUser: 2, waitingBytesPerUser: 100 });
    const leaving = new AbortController();
    const ask = (userId: string, bytes = 0) =>
      pool.run("loop", job, { userId, signal: leaving.signal, bytes }).catch((error: unknown) => error);
    const jobs = [ask("a"), ask("a", 60), ask("a", 40)];
    expect(await ask("a")).toBeInstanceOf(PoolFullError);
    expect(await ask("b", 101)).toBeInstanceOf(PoolFullError);
    jobs.push(ask("b"));
    expect(await ask("c")).toBeInstanceOf(PoolFullError);
    leaving.abort("gone");
    expect(await Promise.all(jobs)).toEqual(Array(4).fill("gone"));
    expect(await pool.run("hello", job, { userId: "a", signal: never, bytes: 100 })).toBe("hello");
  });

  test("times out by its own running time, however long it has waited", async () => {
    const pool = open({ workers: 1 });
    const short = { ...job, totalMs: 600 };
    const loops = [1, 2, 3].map(() => pool.run("loop", short, { userId: "a", signal: never }).catch((error) => error));
    // Less than it waits for, and more than a busy machine takes.
    const last = pool.run("last", { ...job, totalMs: 1_500 }, { userId: "a", signal: never });
    expect(await Promise.all(loops)).toEqual([LATE, LATE, LATE]);
    expect(await last).toBe("last");
  });

  test("does not time out because its worker has to load first", async () => {
    const source = new URL("./slow-start-worker.ts", import.meta.url).href;
    const pool = new WorkerPool<string, string>({ source, embedded: "./none.ts" }, bounds);
    const short = { ...job, totalMs: 1_500, idleMs: 1_500 };
    expect(await pool.run("loaded", short, { userId: "a", signal: never })).toBe("loaded");
  });

  test("may wait longer for its first message than for the next ones", async () => {
    const pool = open();
    const patient = { ...job, firstMs: 30_000, idleMs: 300 };
    expect(await pool.run("late", patient, { userId: "a", signal: never })).toBe("late");
    expect(await errorOf(pool.run("late", { ...job, idleMs: 300 }, { userId: "a", signal: never }))).toBe(LATE);
    const begun = Promise.withResolvers<void>();
    const onMessage = () => {
      begun.resolve();
      return null;
    };
    const unending = pool.run("begin", { ...patient, onMessage }, { userId: "a", signal: never });
    await begun.promise;
    expect(await errorOf(unending)).toBe(LATE);
  });

  test("whose worker dies fails, and the next gets a new worker", async () => {
    const pool = open({ workers: 1 });
    const died = await errorOf(pool.run("die", job, { userId: "a", signal: never }));
    expect(died).toMatchObject({ message: expect.stringContaining("the worker") });
    expect(await pool.run("next", job, { userId: "a", signal: never })).toBe("next");
  });

  test("in a worker that never answers times out", async () => {
    const pool = open();
    const short = { ...job, idleMs: 300 };
    expect(await errorOf(pool.run("silent", short, { userId: "a", signal: never }))).toBe(LATE);
  });
});

test("a queue serves every user before anyone twice, and neither loses nor repeats a request", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("add" as const), user: fc.constantFrom("a", "b", "c") }),
    fc.record({ kind: fc.constant("take" as const), user: fc.constantFrom("", "a", "b") }),
    fc.record({ kind: fc.constant("leave" as const), user: fc.constantFrom("a", "b", "c") }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new FairQueue<{ user: string }>();
      const waiting: { user: string }[] = [];
      const lastServed = new Map<string, number>();
      for (const [at, { kind, user }] of steps.entries()) {
        if (kind === "add") {
          const item = { user };
          if (!waiting.some((other) => other.user === user)) lastServed.set(user, at);
          waiting.push(item);
          queue.add(user, item);
        } else if (kind === "leave") {
          const place = waiting.findLastIndex((item) => item.user === user);
          const [item] = place < 0 ? [] : waiting.splice(place, 1);
          if (item !== undefined) expect(queue.delete(user, item)).toBe(true);
        } else {
          const taken = queue.take((other) => other !== user);
          // Of the eligible users the one that has waited longest for a turn, and of that user's requests the first.
          const next = waiting
            .filter((item) => item.user !== user)
            .toSorted((one, other) => (lastServed.get(one.user) ?? 0) - (lastServed.get(other.user) ?? 0))[0];
          expect(taken).toBe(next as { user: string });
          if (next !== undefined) {
            waiting.splice(waiting.indexOf(next), 1);
            lastServed.set(next.user, at);
          }
        }
        expect(queue.size).toBe(waiting.length);
      }
    }),
  );
});
