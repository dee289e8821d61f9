import { beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { RequestError, RunError } from "../../src/domain/error.ts";
import { realSystem } from "../../src/domain/system.ts";
import { MAX_QUEUED } from "../../src/runs/placement.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { agentOf, type Harness, harness, logOf } from "../support/harness.ts";
import { token } from "../support/journal.ts";
import { messagesOf } from "../support/messages-of.ts";
import { tappedStore } from "../support/tapped-store.ts";

let here: Harness;
beforeAll(async () => {
  here = await harness();
}, 30_000);
const nobody = new AbortController().signal;

/** A run that emits its message and ends on demand or when it is stopped. */
const held = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const agent = agentOf(async function* ({ input, signal }) {
    yield token(input.message);
    await Promise.race([promise, new Promise((stop) => signal.addEventListener("abort", stop))]);
    signal.throwIfAborted();
    return {};
  });
  return { agent, release: resolve };
};

describe("turns of one thread", () => {
  test("run in order, and none starts before the previous one has ended", async () => {
    const threadId = realSystem.id();
    const { agent, release } = held();
    const turns = [];
    for (const message of ["1", "2", "3", "4"]) turns.push(await here.start(agent, { threadId, message }));
    release();
    await Promise.all(turns.map(({ events }) => events));
    const log = await logOf(here.store, `u:${threadId}`);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
    const order = turns.map(({ live }) => live.runId);
    expect([...new Set(log.map(({ runId }) => runId))]).toEqual(order);
    expect(log.filter(({ type }) => type === "done").map(({ runId }) => runId)).toEqual(order);
    const messages = await messagesOf(here.store, `u:${threadId}`);
    expect(messages.map(({ content }) => content)).toEqual(["1", "1", "2", "2", "3", "3", "4", "4"]);
  });

  test("are refused once eight are queued, with nothing written", async () => {
    const threadId = realSystem.id();
    const { agent, release } = held();
    const turns = [];
    for (let i = 0; i <= MAX_QUEUED; i++) turns.push(await here.start(agent, { threadId }));
    const before = here.registry.size;
    await expect(here.start(agent, { threadId })).rejects.toMatchObject({ code: "conflict" });
    expect(here.registry.size).toBe(before);
    release();
    await Promise.all(turns.map(({ live }) => live.ended));
  });

  test("that are cancelled in the queue end as cancelled at once, and the others go on", async () => {
    const threadId = realSystem.id();
    const { agent, release } = held();
    const first = await here.start(agent, { threadId, message: "1" });
    const waits = await here.start(agent, { threadId, message: "2" });
    const goesOn = await here.start(agent, { threadId, message: "3" });
    expect(await here.runs.cancel("u", waits.live.runId, true, nobody)).toMatchObject({ status: "cancelled" });
    expect(await waits.events).toEqual([]);
    release();
    for (const { events } of [first, goesOn]) expect((await events).at(-1)?.type).toBe("done");
    const messages = await messagesOf(here.store, `u:${threadId}`);
    expect(messages.map(({ content }) => content)).toEqual(["1", "1", "3", "3"]);
  });

  test("wait for a store that becomes unavailable meanwhile, even when a claim was committed but not acknowledged", async () => {
    const { store, taps } = tappedStore(here.store);
    const replica = await harness({ store });
    const threadId = realSystem.id();
    const { agent, release } = held();
    const first = await replica.start(agent, { threadId, message: "1" });
    let calls = 0;
    taps.claim = async (next, run) => {
      if (++calls <= 2) throw new StoreError("unavailable", "away");
      const claimed = await next(run);
      if (claimed === null) return null;
      taps.claim = undefined;
      throw new StoreError("unavailable", "made, and not acknowledged");
    };
    const second = await replica.start(agent, { threadId, message: "2" });
    release();
    expect((await first.events).at(-1)?.type).toBe("done");
    expect((await second.events).at(-1)?.type).toBe("done");
    expect(taps.claim).toBeUndefined();
    const messages = await messagesOf(here.store, `u:${threadId}`);
    expect(messages.map(({ content }) => content)).toEqual(["1", "1", "2", "2"]);
  });
});

describe("admission", () => {
  test("refuses runs above the user's and the process's limits, with a time to retry", async () => {
    const small = await harness({ store: here.store, maxRuns: 3, maxRunsPerUser: 2 });
    const { agent, release } = held();
    await small.start(agent, { userId: "anna" });
    await small.start(agent, { userId: "anna" });
    await expect(small.start(agent, { userId: "anna" })).rejects.toMatchObject({
      code: "too_many_runs",
      retryAfter: 5,
    });
    const last = await small.start(agent, { userId: "ben" });
    await expect(small.start(agent, { userId: "cleo" })).rejects.toMatchObject({ code: "busy", retryAfter: 5 });
    release();
    await last.live.ended;
    const next = await small.start(agent, { userId: "cleo" });
    await next.live.ended;
  });

  test("releases its place when `begin` fails", async () => {
    const { store, taps } = tappedStore(here.store);
    const small = await harness({ store, maxRuns: 1 });
    taps.begin = () => Promise.reject(new StoreError("unavailable", "away"));
    for (let i = 0; i < 3; i++) await expect(small.start(held().agent)).rejects.toThrow(StoreError);
    taps.begin = undefined;
    const { agent, release } = held();
    release();
    expect((await (await small.start(agent)).events).at(-1)?.type).toBe("done");
    expect(small.registry.size).toBe(0);
  });

  test("frees every place again, however runs end", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            user: fc.constantFrom("a", "b"),
            thread: fc.nat(2),
            end: fc.constantFrom("done", "throws", "cancel", "timeout"),
          }),
          { minLength: 1, maxLength: 8 },
        ),
        async (plan) => {
          const small = await harness({ store: here.store, maxRuns: 6, maxRunsPerUser: 4 });
          const place = realSystem.id();
          const { agent, release } = held();
          const failing = agentOf(async function* () {
            yield token("x");
            throw new Error("fails");
          });
          const lives = [];
          for (const { user, thread, end } of plan) {
            try {
              const { live } = await small.start(end === "throws" ? failing : agent, {
                userId: user,
                threadId: `${place} ${thread}`,
              });
              lives.push(live);
              if (end === "cancel") await small.runs.cancel(user, live.runId, false, nobody);
              if (end === "timeout") live.abort(new RunError("timeout", "late"));
            } catch (error) {
              if (!(error instanceof RequestError)) throw error;
            }
          }
          release();
          await Promise.all(lives.map(({ ended }) => ended));
          expect(small.registry.size).toBe(0);
          // As many as the limit at once: no place was lost.
          const again = held();
          const full = [];
          for (let i = 0; i < 4; i++) full.push(await small.start(again.agent, { userId: "a" }));
          for (let i = 0; i < 2; i++) full.push(await small.start(again.agent, { userId: "b" }));
          again.release();
          await Promise.all(full.map(({ live }) => live.ended));
        },
      ),
      { numRuns: 15 },
    ));
});
