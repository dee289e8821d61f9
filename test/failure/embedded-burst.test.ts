import { describe, expect, test } from "bun:test";
import { fsync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realSystem, type System } from "../../src/domain/system.ts";
import type { Model } from "../../src/models/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { pgliteStore } from "../../src/store/drivers/pglite.ts";
import type { Sync } from "../../src/store/drivers/wal-sync.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { closedGate } from "../support/gate.ts";
import { answerFrom } from "../support/model-parts.ts";
import { memoryStore } from "../support/pglite.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";

const QUESTIONS = 400;
/** The number of questions sent before the store is held up, and while it is. */
const [TAKEN, REFUSED] = [40, 200];

/** A model that answers at once. */
const quick = (): Model => ({
  id: "quick",
  check: async () => {},
  answer: answerFrom(async function* () {
    yield { type: "text", delta: "an answer" };
    yield { type: "finish", reason: "stop", usage: { inputTokens: 1, outputTokens: 1 } };
  }),
});

const DEADLINE_MS = 5_000;

/** A clock on which the store's deadlines, which count sixteen steps, pass when the test calls `pass`. */
const deadlineClock = () => {
  let isPassing = false;
  let waiting: (() => void)[] = [];
  const sleep: System["sleep"] = (ms, signal) => {
    if (ms !== DEADLINE_MS / 16) return realSystem.sleep(ms, signal);
    return new Promise((resolve) => (isPassing ? setImmediate(resolve) : waiting.push(resolve)));
  };
  return {
    system: { ...realSystem, sleep },
    pass: () => {
      isPassing = true;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    stop: () => {
      isPassing = false;
    },
  };
};

/** Each user sends four questions. */
const ask = (service: TestService<Model>, at: number, threadId: string | null) =>
  service.post("/stream/v2", { message: "hi", userId: `u${at % 100}`, threadId });

/** Counts the stored threads of all users and lists their unfinished runs. */
const heldBy = async (store: Store) => {
  const threads = [];
  for (const at of Array(100).keys())
    threads.push(...(await store.threads.list(`u${at}`, { limit: 100, after: null })));
  const unfinished = [];
  for (const { threadKey } of threads) {
    const run = await store.threads.activeRun(threadKey);
    if (run !== null) unfinished.push(run);
  }
  return { threads: threads.length, unfinished };
};

/** A store on a disk that the test can hold up, so that all its calls wait. */
const heldStore = async (system: System) => {
  const disk = closedGate();
  disk.open();
  const sync: Sync = (descriptor, done) => void disk.pass().then(() => fsync(descriptor, done));
  const folder = mkdtempSync(join(tmpdir(), "yeoul-burst-"));
  const real = await pgliteStore({ dataDir: join(folder, "data"), system, sync, deadlineMs: DEADLINE_MS });
  const begun = closedGate();
  begun.open();
  const withdrawn = closedGate();
  withdrawn.open();
  let uncertain = 0;
  const begin: Store["runs"]["begin"] = async (run) => {
    const outcome = real.runs.begin(run);
    void begun.pass();
    try {
      return await outcome;
    } catch (error) {
      if (error instanceof StoreError && !error.isUntried) uncertain += 1;
      throw error;
    }
  };
  const withdraw: Store["runs"]["withdraw"] = async (run) => {
    const outcome = await real.runs.withdraw(run);
    void withdrawn.pass();
    return outcome;
  };
  const store: Store = { ...real, runs: { ...real.runs, begin, withdraw } };
  return {
    store,
    disk,
    /** Resolves after `count` calls of `begin`. */
    begun: (count: number) => begun.reached(count),
    /** Resolves once every run that may have been committed has been withdrawn. */
    withdrawn: () => withdrawn.reached(uncertain),
    uncertain: () => uncertain,
    [Symbol.asyncDispose]: async () => {
      await real.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

describe("the embedded store under a burst of questions", () => {
  test("accepts all of them with the default deadline", async () => {
    const store = await memoryStore();
    const service = await startService({ store, model: quick(), env: { MAX_RUNS: "1000" } });
    const responses = await Promise.all(Array.from({ length: QUESTIONS }, (_, at) => ask(service, at, null)));
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
    const ends = await Promise.all(responses.map(async (response) => (await readSse(response).toEnd()).at(-1)?.event));
    expect(ends).toEqual(ends.map(() => "run.completed"));
    expect((await heldBy(store)).threads).toBe(QUESTIONS);
    await service.drain();
    await store.close();
  }, 60_000);

  test.each([
    ["new threads", () => null],
    ["threads that are named", (at: number) => `t ${at}`],
  ] as const)(
    "of %s has committed exactly those that it did not refuse, when the disk is held up",
    async (_, threadOf) => {
      const { system, pass, stop } = deadlineClock();
      await using held = await heldStore(system);
      const { store, disk, begun, withdrawn, uncertain } = held;
      const service = await startService({ store, model: quick(), system, env: { MAX_RUNS: "1000" } });
      const taken = await Promise.all(Array.from({ length: TAKEN }, (_, at) => ask(service, at, threadOf(at))));
      for (const response of taken) expect((await readSse(response).toEnd()).at(-1)?.event).toBe("run.completed");
      disk.close();
      const requests = Array.from({ length: REFUSED }, (_, at) => ask(service, at, threadOf(TAKEN + at)));
      await begun(TAKEN + REFUSED);
      pass();
      for (const response of await Promise.all(requests)) {
        expect(response.status).toBe(503);
        expect(response.headers.get("retry-after")).not.toBeNull();
        await response.body?.cancel();
      }
      stop();
      disk.open();
      // Some were on their way to the disk; the others were never written.
      expect(uncertain()).toBeGreaterThan(0);
      expect(uncertain()).toBeLessThan(REFUSED);
      await withdrawn();
      expect(await heldBy(store)).toEqual({ threads: TAKEN, unfinished: [] });
      await service.drain();
    },
    60_000,
  );
});
