import type { LogEvent } from "../../src/domain/event.ts";
import { NO_USAGE } from "../../src/domain/run.ts";
import { realSystem } from "../../src/domain/system.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import type { Claimed, Fence, NewRun } from "../../src/store/log/contract.ts";
import type { Checkpoint } from "../../src/store/log/contract-checkpoints.ts";
import type { RunEnd } from "../../src/store/log/contract-run-end.ts";

/**
 * A run with defaults for all that the test leaves out. Its owner `here` has no lease: a service on the same store that
 * has seen the store for a whole lease ends the run as an orphan, unless the test has `register`ed `here`.
 */
export const newRun = (threadKey: ThreadKey, given: Partial<NewRun> & { message?: string } = {}): NewRun => {
  const { message = "What is 2 + 3?", ...rest } = given;
  return {
    runId: realSystem.id(),
    threadKey,
    agent: "chat",
    input: { message, images: [], streamTokens: true, locale: "en", options: {} },
    traceId: "trace",
    messageId: realSystem.id(),
    owner: "here",
    maxQueued: 2,
    now: 1_000,
    ...rest,
  };
};

/** Begins a run that must start at once. */
export const started = async (store: Store, run: NewRun): Promise<Claimed> => {
  const begun = await store.runs.begin(run);
  if (begun.state !== "running") throw new Error(`the run is ${begun.state}`);
  return begun;
};

export const token = (fence: Fence, seq: number, json = `{"delta":"${seq}"}`): LogEvent => ({
  runId: fence.runId,
  seq,
  type: "token",
  at: 1_767_225_600_123,
  json,
});

/** An end with one terminal event at `seq`. */
export const endAt = (fence: Fence, seq: number, given: Partial<RunEnd> = {}): RunEnd => ({
  status: "succeeded",
  events: [{ runId: fence.runId, seq, type: "done", at: 1_767_225_600_999, json: `{"message_id":"m${seq}"}` }],
  checkpoints: [],
  message: { id: `m${seq}`, content: "5" },
  usage: NO_USAGE,
  error: null,
  now: 2_000,
  ...given,
});

/** An end with `tokens` tokens before its terminal event, after `lastSeq`. */
export const endBehind = (fence: Fence, lastSeq: number, tokens: number, given: Partial<RunEnd> = {}): RunEnd => {
  const end = endAt(fence, lastSeq + tokens + 1, given);
  return {
    ...end,
    events: [...Array.from({ length: tokens }, (_, i) => token(fence, lastSeq + i + 1)), ...end.events],
  };
};

/** Returns all checkpoints of a thread; no test makes more than fit on one page. */
export const checkpointsOf = (store: Store, key: ThreadKey): Promise<readonly Checkpoint[]> =>
  store.threads.checkpoints(key, { limit: 1_000, after: null });

/** Appends events of one run; returns whether they were accepted. */
export const appended = async (store: Store, fence: Fence, ...seqs: readonly number[]): Promise<boolean> => {
  const events = seqs.map((seq) => token(fence, seq));
  return !(await store.events.append([{ fence, events, checkpoints: [] }])).has(fence.runId);
};

/** The end of a run that is cancelled while it is queued. */
export const CANCEL = { now: 1_500, error: { code: "cancelled", message: "It was asked for." } } as const;
