import { expect } from "bun:test";
import { foldAnswer } from "../../src/domain/answer.ts";
import type { EventBody, LogEvent } from "../../src/domain/event.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import type { Fence } from "../../src/store/log/contract.ts";
import type { Checkpoint } from "../../src/store/log/contract-checkpoints.ts";
import { logged } from "./folding.ts";
import { endAt, newRun, started } from "./runs.ts";

/** So many tokens. */
export const words = (count: number): EventBody[] =>
  Array.from({ length: count }, (_, at) => ({ type: "token", payload: { delta: ` word ${at}` } }));

export interface Turn {
  readonly fence: Fence;
  readonly events: readonly LogEvent[];
  readonly checkpoints: readonly Checkpoint[];
}

/** Writes a turn as a service does: its message is the fold of its events. There are checkpoints at these of its events. */
export const turn = async (
  store: Store,
  key: ThreadKey,
  bodies: readonly EventBody[],
  given: { readonly at?: readonly number[]; readonly hasMessage?: boolean; readonly hasDetail?: boolean } = {},
): Promise<Turn> => {
  const { fence, lastSeq } = await started(store, newRun(key));
  const events = logged(fence.runId, lastSeq, [
    { type: "page_start", payload: { title: "Rivers" } },
    ...bodies,
    { type: "credit_settled", payload: { input_tokens: 1, output_tokens: 2, credits: 3 } },
    { type: "done", payload: { message_id: "m", finish: "stop" } },
  ]);
  const { content, detail } = foldAnswer(events).answer();
  const checkpoints = (given.at ?? []).map((at) => ({
    ...{ checkpointId: crypto.randomUUID(), seq: lastSeq + at, node: "n", change: "{}", at: 7 },
  }));
  const { hasMessage = true, hasDetail = true } = given;
  const message = { id: `m${lastSeq}`, content, ...(hasDetail && { detail: JSON.stringify(detail) }) };
  const end = endAt(fence, events.length, { events, checkpoints, message: hasMessage ? message : null });
  expect(await store.runs.finish(fence, end)).toBe("ended");
  return { fence, events, checkpoints: checkpoints.map((point) => ({ ...point, runId: fence.runId })) };
};

/** Reads all of a log, as a follower does. */
export const whole = async (store: Store, key: ThreadKey, limit: number): Promise<readonly LogEvent[]> => {
  const read: LogEvent[] = [];
  for (;;) {
    const page = await store.events.read(key, read.at(-1)?.seq ?? 0, limit);
    if (page.length === 0) return read;
    read.push(...page);
  }
};
