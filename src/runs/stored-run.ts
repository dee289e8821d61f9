import { hasEnded, type Run } from "../domain/run.ts";
import type { System } from "../domain/system.ts";
import { type ThreadKey, userOf } from "../domain/thread.ts";
import type { Store } from "../store/contract.ts";
import { StoreError } from "../store/store-error.ts";
import type { ReadableRun } from "./contract.ts";
import type { Registry } from "./registry.ts";
import { TURN_POLL_MS } from "./turn-queue.ts";

/** A run that is in the store but not in this process: another replica executes it, or it has ended. */
class StoredRun implements ReadableRun {
  readonly runId: string;
  readonly threadKey: ThreadKey;
  readonly userId: string;
  readonly traceId: string;
  /** Always true: no part of the run executes here. */
  readonly hasEnded = true;
  readonly #started: () => Promise<number | null>;
  #turn: Promise<number | null> | undefined;

  /** `reader` aborts when nobody reads the run any more. */
  constructor(run: Run, reader: AbortSignal, parts: { readonly store: Store; readonly system: System }) {
    this.runId = run.runId;
    this.threadKey = run.threadKey;
    this.userId = userOf(run.threadKey);
    this.traceId = run.traceId;
    this.#started = () => turnOf(run, reader, parts);
  }

  /** Null: the replica that executes the run decides what it ends with. */
  decide(): null {
    return null;
  }

  get started(): Promise<number | null> {
    this.#turn ??= this.#started();
    return this.#turn;
  }
}

/**
 * Returns a user's run as it can be read here: the live run of this process, or the store's. Null when the user has no
 * run of that id. `reader` aborts when nobody reads the run any more.
 */
export const findRun = async (
  userId: string,
  runId: string,
  reader: AbortSignal,
  parts: { readonly store: Store; readonly system: System; readonly registry: Registry },
): Promise<ReadableRun | null> => {
  const live = parts.registry.get(runId);
  if (live?.isPersisted) return live.userId === userId ? live : null;
  const run = await parts.store.runs.get(userId, runId);
  return run === null ? null : new StoredRun(run, reader, parts);
};

/** Waits for a queued run's turn. Returns the seq before its first event, or null when it will never have one. */
const turnOf = async (
  run: Run,
  reader: AbortSignal,
  { store, system }: { readonly store: Store; readonly system: System },
): Promise<number | null> => {
  let now: Run | null = run;
  while (now !== null && now.startSeq === null && !hasEnded(now.status)) {
    await system.sleep(TURN_POLL_MS, reader).catch(() => {});
    if (reader.aborted) return null;
    try {
      now = await store.runs.get(userOf(run.threadKey), run.runId);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "unavailable") throw error;
    }
  }
  return now?.startSeq ?? null;
};
