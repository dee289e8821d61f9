import type { Fence } from "./contract.ts";

/** Where a run's packing goes on: its events through `after` were looked at. */
export interface PackingPlace extends Pick<Fence, "threadKey" | "runId"> {
  readonly after: number;
}

export interface Packed {
  /** How many events became part of a stretch. */
  readonly events: number;
  /** How many runs have nothing left to pack. */
  readonly runs: number;
  /** The run whose events did not all fit in the batch; null when there is none. */
  readonly next: PackingPlace | null;
}

export type RunKey = Pick<Fence, "threadKey" | "runId">;

/**
 * Gives up the events of runs that ended long ago, once their messages hold what they said. A run that is folded is
 * read from its message and from one row that has what the message lacks: every event under its own seq, but
 * consecutive deltas of a type are one, with the seq of the last. `LogEvent.folded` marks these events. A run without an
 * answer keeps its events, as does one whose fold and message would be longer than 2 MiB.
 */
export interface FoldStore {
  /**
   * Finds runs that ended before so many milliseconds, by the database's clock, and can be folded: at most 16, among
   * those whose keys follow `after`. `next` is where to go on; null at the end.
   */
  foldable(
    forMs: number,
    after: RunKey | null,
  ): Promise<{ readonly runs: readonly RunKey[]; readonly next: RunKey | null }>;
  /**
   * Folds a run, in one transaction. Returns how many events are gone: 0 where it is folded already or keeps them, null
   * when it must not be folded now, for the reasons of `pack`.
   */
  fold(run: RunKey, forMs: number): Promise<number | null>;
}

/**
 * Keeps the log small. Reading does not show whether an event is packed. Each call is one transaction, of a bounded
 * size, and holds locks that only a deletion of the thread waits for. A call that is broken off has done nothing, and
 * any replica may make it again.
 */
export interface PackingStore extends FoldStore {
  /**
   * Packs events of runs that have ended: of `at`'s run behind that place, or else of some that were not packed yet.
   * Null when it must not now: another replica is packing, or a replica lives that could not read the result.
   */
  pack(at: PackingPlace | null): Promise<Packed | null>;
}
