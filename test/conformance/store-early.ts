import { expect, test } from "bun:test";
import type { BeginOutcome, EarlyWrite, NewRun } from "../../src/store/log/contract.ts";
import { appended, checkpointsOf, endAt, newRun, started, token } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const POINT = { checkpointId: "c", seq: 1, node: "n", change: `{"a":"b"}`, at: 5 };

/** What a run has emitted before its row is there: two events, with a checkpoint between them. */
const earlyOf = ({ threadKey, runId }: NewRun, json?: string): EarlyWrite => {
  const fence = { threadKey, runId, epoch: 1 };
  return { events: [token(fence, 1), token(fence, 2, json)], checkpoints: [POINT] };
};

/** The first run of a new thread, which has emitted something. */
const ahead = (run: NewRun, json?: string): NewRun & Required<Pick<NewRun, "early">> => {
  const early = earlyOf(run, json);
  return { ...run, early: () => early };
};

/** What runs have emitted before their rows were there is written with them. */
export const storeWritesEarlyEvents = (under: StoreUnderTest): void => {
  test("what runs of new threads have emitted is written with their rows, for each its own", async () => {
    const { store, thread } = under;
    const runs = Array.from({ length: 20 }, (_, at) => (at % 3 === 0 ? newRun(thread()) : ahead(newRun(thread()))));
    const begun = await Promise.all(runs.map((run) => store.runs.begin(run)));
    for (const [at, { threadKey, runId, early }] of runs.entries()) {
      const written = early?.();
      const lastSeq = 0;
      expect(begun[at]).toMatchObject({ state: "running", lastSeq, ...(written !== undefined && { written }) });
      expect(await store.events.read(threadKey, 0, 10)).toEqual([...(written?.events ?? [])]);
      expect(await checkpointsOf(store, threadKey)).toEqual(early === undefined ? [] : [{ ...POINT, runId }]);
      const fence = { threadKey, runId, epoch: 1 };
      const next = early === undefined ? 1 : 3;
      expect(await appended(store, fence, next)).toBe(true);
      expect(await store.runs.finish(fence, endAt(fence, next + 1))).toBe("ended");
    }
  });

  test("it is asked for when the statement is made, and what was emitted since is written along", async () => {
    const { store, thread } = under;
    const run = newRun(thread());
    let early: EarlyWrite = { events: [], checkpoints: [] };
    const begun = store.runs.begin({ ...run, early: () => early });
    early = earlyOf(run);
    expect(await begun).toMatchObject({ state: "running", written: early });
    expect(await store.events.bounds(run.threadKey)).toEqual({ first: 1, last: 2 });
  });

  test("nothing of it is written where the run waits, or its thread has a log", async () => {
    const { store, thread } = under;
    const [busy, ended, deleted] = [thread(), thread(), thread()];
    await started(store, newRun(busy));
    const { fence } = await started(store, newRun(ended));
    await store.runs.finish(fence, endAt(fence, 1));
    await appended(store, (await started(store, newRun(deleted))).fence, 1, 2, 3);
    await store.threads.delete(deleted);
    const keys = [busy, ended, deleted];
    const begun: BeginOutcome[] = [];
    for (const key of keys) begun.push(await store.runs.begin(ahead(newRun(key))));
    const [queued, ...others] = begun;
    expect(queued).toEqual({ state: "queued" });
    expect(others).toMatchObject([
      { state: "running", lastSeq: 1 },
      { state: "running", lastSeq: 4 },
    ]);
    for (const one of others) expect(one).not.toHaveProperty("written");
    expect(await Promise.all(keys.map((key) => store.events.bounds(key)))).toEqual([null, { first: 1, last: 1 }, null]);
    for (const key of keys) expect(await checkpointsOf(store, key)).toEqual([]);
  });

  test("a run whose events the database cannot store begins without them, and so do those with it", async () => {
    const { store, thread } = under;
    const runs = [ahead(newRun(thread())), ahead(newRun(thread()), "{"), ahead(newRun(thread()))];
    const begun = await Promise.all(runs.map((run) => store.runs.begin(run)));
    for (const [at, run] of runs.entries()) {
      expect(begun[at]).toMatchObject({ state: "running", lastSeq: 0 });
      expect(begun[at]).not.toHaveProperty("written");
      expect(await store.events.bounds(run.threadKey)).toBeNull();
    }
  });

  test("events that were written with a row may be appended again, as when nobody knows whether they were", async () => {
    const { store, thread } = under;
    const run = ahead(newRun(thread()));
    const { fence } = await started(store, run);
    const { events, checkpoints } = run.early();
    const again = { fence, events: [...events, token(fence, 3)], checkpoints };
    expect(await store.events.append([again])).toEqual(new Map());
    expect(await store.events.read(run.threadKey, 0, 10)).toEqual([...again.events]);
    expect(await checkpointsOf(store, run.threadKey)).toHaveLength(1);
  });

  test("a run that is withdrawn takes what was written with its row along, and stays if it has emitted more", async () => {
    const { store, thread } = under;
    const runs = [ahead(newRun(thread())), ahead(newRun(thread()))] as const;
    for (const run of runs) await started(store, run);
    const [gone, emitting] = runs;
    const fence = { threadKey: emitting.threadKey, runId: emitting.runId, epoch: 1 };
    await appended(store, fence, 3);
    expect(await store.runs.withdraw(gone)).toBe("absent");
    expect(await store.runs.withdraw({ ...gone, earlyEvents: 2 })).toBe("withdrawn");
    expect(await store.threads.get(gone.threadKey)).toBeNull();
    expect(await store.events.bounds(gone.threadKey)).toBeNull();
    expect(await checkpointsOf(store, gone.threadKey)).toEqual([]);
    expect(await started(store, newRun(gone.threadKey))).toMatchObject({ lastSeq: 0 });
    expect(await store.runs.withdraw({ ...emitting, earlyEvents: 2 })).toBe("absent");
    expect(await store.events.bounds(emitting.threadKey)).toEqual({ first: 1, last: 3 });
  });
};
