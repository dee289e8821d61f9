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

/**
 * Keeps the log small. Reading does not show whether an event is packed. Each call is one transaction, of a bounded
 * size, and holds locks that only a deletion of the thread waits for. A call that is broken off has done nothing, and
 * any replica may make it again.
 */
export interface PackingStore {
  /**
   * Packs events of runs that have ended: of `at`'s run behind that place, or else of some that were not packed yet.
   * Null when it must not now: another replica is packing, or a replica lives that could not read the result.
   */
  pack(at: PackingPlace | null): Promise<Packed | null>;
}
