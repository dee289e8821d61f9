import { describe, expect, test } from "bun:test";
import { realSystem, type System } from "../../src/domain/system.ts";
import type { Model } from "../../src/models/contract.ts";
import { saying } from "../support/heard.ts";
import { memoryStore } from "../support/pglite.ts";
import { startService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";

const QUESTIONS = 400;

/** Answers at once. */
const quick = (): Model => ({
  id: "quick",
  check: async () => {},
  answer: saying(async function* () {
    yield { type: "text", delta: "an answer" };
    yield { type: "finish", reason: "stop", usage: { inputTokens: 1, outputTokens: 1 } };
  }),
});

/** A clock by which the store's deadlines pass, as long as it runs. */
const stoppableSystem = () => {
  let isStopped = false;
  const sleep: System["sleep"] = (ms, signal) => (isStopped ? new Promise(() => {}) : realSystem.sleep(ms, signal));
  return {
    system: { ...realSystem, sleep },
    stop: () => {
      isStopped = true;
    },
  };
};

/** Puts all questions at once, and reads those that are answered. Each user asks four. */
const burst = async (deadlineMs: number | undefined, named: boolean) => {
  const { system, stop } = stoppableSystem();
  const store = await memoryStore(system, deadlineMs);
  const service = await startService({ store, model: quick(), env: { MAX_RUNS: "1000" } });
  const responses = await Promise.all(
    Array.from({ length: QUESTIONS }, (_, at) =>
      service.post("/stream/v2", { message: "hi", userId: `u${at % 100}`, threadId: named ? `t ${at}` : null }),
    ),
  );
  // What is looked at from here on is answered, however busy the machine is: the deadline was for the questions.
  stop();
  const taken = responses.filter(({ status }) => status === 200);
  const refused = responses.filter(({ status }) => status !== 200);
  for (const response of refused) {
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).not.toBeNull();
    await response.body?.cancel();
  }
  const ends = await Promise.all(taken.map(async (response) => (await readSse(response).toEnd()).at(-1)?.event));
  const threads = [];
  for (const at of Array(100).keys()) {
    threads.push(...(await store.threads.list(`u${at}`, { limit: 100, after: null })));
  }
  const unfinished = [];
  for (const { threadKey } of threads) {
    const run = await store.threads.activeRun(threadKey);
    if (run !== null) unfinished.push(run);
  }
  await service.drain();
  await store.close();
  return { taken: taken.length, ends, threads: threads.length, unfinished };
};

describe("the embedded store under a burst of questions", () => {
  test("takes all of them, with its usual deadline", async () => {
    const { taken, ends, threads } = await burst(undefined, false);
    expect(taken).toBe(QUESTIONS);
    expect(ends).toEqual(ends.map(() => "run.completed"));
    expect(threads).toBe(QUESTIONS);
  }, 60_000);

  test.each([
    ["new threads", false],
    ["threads that are named", true],
  ] as const)(
    "of %s has committed exactly those that it did not refuse",
    async (_, named) => {
      // Too short for some of them where the machine is slow or busy; elsewhere all are taken, and none is left over.
      const outcome = await burst(10, named);
      expect(outcome.threads).toBe(outcome.taken);
      expect(outcome.unfinished).toEqual([]);
    },
    60_000,
  );
});
