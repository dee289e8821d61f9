import { hasEnded, type Run } from "../domain/run.ts";
import type { System } from "../domain/system.ts";
import { type ThreadKey, userOf } from "../domain/thread.ts";
import type { Topics } from "../replicas/contract.ts";
import type { Store } from "../store/contract.ts";
import { StoreError } from "../store/store-error.ts";
import type { ReadableRun } from "./contract.ts";
import type { Registry } from "./registry.ts";
import { ThreadChanges } from "./thread-changes.ts";

/** What it takes to look at a run of another replica. */
export interface StoredRunParts {
  readonly store: Store;
  readonly system: System;
  readonly topics: Topics;
}

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
  constructor(run: Run, reader: AbortSignal, parts: StoredRunParts) {
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

type FindingParts = StoredRunParts & { readonly registry: Registry };

/**
 * Returns a user's run as it can be read here: the live run of this process, or the store's. Null when the user has no
 * run of that id. `reader` aborts when nobody reads the run any more.
 */
export const findRun = (userId: string, runId: string, reader: AbortSignal, parts: FindingParts) =>
  find(userId, runId, reader, parts, () => parts.store.runs.get(userId, runId));

/**
 * As `findRun`, for a client that knows the run by its key or ticket, perhaps before the replica that begins it knows
 * that it has begun. A run that is found stays, whatever that replica learns. `query` finds and marks it in the store.
 */
export const joinRun = async (
  userId: string,
  runId: string,
  reader: AbortSignal,
  parts: FindingParts,
  query = () => parts.store.runs.join(userId, runId),
): Promise<ReadableRun | null> =>
  // One whose caller here was told that it does not exist is about to be withdrawn.
  parts.registry.unconfirmed.has(runId) ? null : find(userId, runId, reader, parts, query);

const find = async (
  userId: string,
  runId: string,
  reader: AbortSignal,
  parts: FindingParts,
  query: () => Promise<Run | null>,
): Promise<ReadableRun | null> => {
  const live = parts.registry.get(runId);
  if (live?.isPersisted) return live.userId === userId ? live : null;
  const run = await query();
  return run === null ? null : new StoredRun(run, reader, parts);
};

/** Waits for a queued run's turn. Returns the seq before its first event, or null when it will never have one. */
const turnOf = async (run: Run, reader: AbortSignal, parts: StoredRunParts): Promise<number | null> => {
  if (isOverOrStarted(run)) return run.startSeq;
  const changes = new ThreadChanges(run.threadKey, parts);
  const left = Promise.withResolvers<void>();
  reader.addEventListener("abort", () => left.resolve(), { once: true });
  try {
    // It may have started before its thread was watched.
    for (let now: Run | null = run; ; await changes.next(left.promise)) {
      if (reader.aborted) return null;
      try {
        now = await parts.store.runs.get(userOf(run.threadKey), run.runId);
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== "unavailable") throw error;
      }
      if (now === null || isOverOrStarted(now)) return now?.startSeq ?? null;
    }
  } finally {
    changes.end();
  }
};

const isOverOrStarted = (run: Run): boolean => run.startSeq !== null || hasEnded(run.status);
