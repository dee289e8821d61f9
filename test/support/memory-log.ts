import type { LogEvent } from "../../src/domain/event.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import type { Append, LogPlace } from "../../src/store/log/contract.ts";
import type { NewCheckpoint } from "../../src/store/log/contract-checkpoints.ts";
import type { NewRound } from "../../src/store/log/contract-rounds.ts";
import type { RunEnd } from "../../src/store/log/contract-run-end.ts";

/** The store of a journal, in memory. Runs hold their fences until the test takes them away. */
export interface MemoryLog {
  readonly store: Store;
  readonly appends: readonly (readonly Append[])[];
  events(key: ThreadKey): readonly LogEvent[];
  checkpoints(runId: string): readonly NewCheckpoint[];
  rounds(runId: string): readonly NewRound[];
  end(runId: string): RunEnd | undefined;
  /** Another replica takes the run over. */
  steal(runId: string): void;
  /** Another replica deletes the thread. */
  delete(key: ThreadKey): void;
}

/** Throws when a run leaves a gap in its thread's numbers or uses one twice: the real store could not. */
export const memoryLog = (): MemoryLog => {
  const logs = new Map<ThreadKey, LogEvent[]>();
  const checkpoints = new Map<string, NewCheckpoint[]>();
  const roundsOf = new Map<string, NewRound[]>();
  const ends = new Map<string, RunEnd>();
  const stolen = new Set<string>();
  const appends: (readonly Append[])[] = [];
  const log = (key: ThreadKey): LogEvent[] => {
    const known = logs.get(key) ?? [];
    logs.set(key, known);
    return known;
  };
  const write = ({ fence, events, checkpoints: points, rounds = [] }: Append): boolean => {
    if (stolen.has(fence.runId) || ends.has(fence.runId)) return false;
    const logged = log(fence.threadKey);
    for (const event of events) {
      if (event.seq <= logged.length && logged[event.seq - 1] === event) continue; // the same call, repeated
      if (event.seq !== logged.length + 1) throw new Error(`event ${event.seq} after ${logged.length}`);
      logged.push(event);
    }
    const before = checkpoints.get(fence.runId) ?? [];
    checkpoints.set(fence.runId, [...before, ...points.filter((point) => !before.includes(point))]);
    const roundsBefore = roundsOf.get(fence.runId) ?? [];
    roundsOf.set(fence.runId, [...roundsBefore, ...rounds.filter((round) => !roundsBefore.includes(round))]);
    return true;
  };
  const store = {
    events: {
      append: async (batch: readonly Append[]) => {
        appends.push(batch);
        return new Map(batch.filter((append) => !write(append)).map(({ fence }) => [fence.runId, "stale"] as const));
      },
      read: async (key: ThreadKey, after: number, limit: number) => log(key).slice(after, after + limit),
      news: async (known: readonly LogPlace[]) => ({
        logs: known.flatMap(({ threadKey, seq }, place) => {
          const events = log(threadKey).slice(seq);
          return events.length > 0 || log(threadKey).length < seq ? [{ place, events }] : [];
        }),
        complete: known.length,
      }),
      heads: async (keys: readonly ThreadKey[]) => new Map(keys.map((key) => [key, log(key).length] as const)),
    },
    threads: {
      get: async (key: ThreadKey) => (log(key).length > 0 ? { threadKey: key, lastSeq: log(key).length } : null),
    },
    runs: {
      finish: async (fence: Append["fence"], end: RunEnd) => {
        const isWritten = write({ fence, ...end });
        if (isWritten) ends.set(fence.runId, end);
        return isWritten ? "ended" : "stale";
      },
    },
  };
  return {
    store: store as unknown as Store,
    appends,
    events: log,
    delete: (key) => void logs.delete(key),
    checkpoints: (runId) => checkpoints.get(runId) ?? [],
    rounds: (runId) => roundsOf.get(runId) ?? [],
    end: (runId) => ends.get(runId),
    steal: (runId) => void stolen.add(runId),
  };
};
