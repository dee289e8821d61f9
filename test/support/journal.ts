import type { EventBody } from "../../src/domain/event.ts";
import { NO_USAGE } from "../../src/domain/run.ts";
import { realSystem, type System } from "../../src/domain/system.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Ending } from "../../src/journal/ending.ts";
import { Journal } from "../../src/journal/journal.ts";
import type { JournalLogger } from "../../src/journal/logger.ts";
import type { RunWriter } from "../../src/journal/writer.ts";
import type { StopCause } from "../../src/journal/writers.ts";
import type { Topics } from "../../src/replicas/contract.ts";
import { NOBODY, WatchedTopics } from "../../src/replicas/topics.ts";
import { endingOf } from "../../src/runs/ending.ts";
import type { Store } from "../../src/store/contract.ts";
import type { Fence } from "../../src/store/log/contract.ts";

/** What the journal has logged. */
export interface JournalCalls {
  readonly ignored: string[];
  readonly rejected: string[];
  outages: number;
  /** The number of events that were written again. */
  rewritten: number;
  readonly torn: string[];
}

export const journalOver = (
  store: Store,
  options: { readonly system?: System; readonly storeWaitMs?: number; readonly topics?: Topics } = {},
): { readonly journal: Journal; readonly calls: JournalCalls } => {
  const calls: JournalCalls = { ignored: [], rejected: [], outages: 0, rewritten: 0, torn: [] };
  const log: JournalLogger = {
    ignored: ({ runId }, type) => void calls.ignored.push(`${runId} ${type}`),
    rejected: ({ runId }) => void calls.rejected.push(runId),
    rewritten: (_, events) => {
      calls.rewritten += events;
    },
    torn: ({ runId }) => void calls.torn.push(runId),
    outage: () => void calls.outages++,
  };
  const { system = realSystem, storeWaitMs = 1_000 } = options;
  const topics = options.topics ?? new WatchedTopics(system, NOBODY);
  return { journal: new Journal({ store, system, topics, logger: log, storeWaitMs }), calls };
};

export const fenceOf = (threadKey: ThreadKey, runId = `run of ${threadKey}`): Fence => ({ threadKey, runId, epoch: 1 });

/** Opens a writer at the beginning of its thread, and records why it was stopped. */
export const open = (journal: Journal, fence: Fence, lastSeq = 0): { writer: RunWriter; broken: StopCause[] } => {
  const broken: StopCause[] = [];
  return { writer: journal.open(fence, lastSeq, (why) => broken.push(why)), broken };
};

export const token = (delta: string): EventBody => ({ type: "token", payload: { delta } });
export const reasoning = (delta: string): EventBody => ({ type: "reasoning", payload: { delta } });
export const note = (output: unknown = null): EventBody => ({ type: "node_result", payload: { node: "n", output } });

const success = (): Ending => endingOf(null, { messageId: "m", usage: NO_USAGE, now: 1 });

/** Ends a run successfully. */
export const close = (writer: RunWriter) => writer.close(success(), success());
