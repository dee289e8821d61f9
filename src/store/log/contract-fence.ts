import type { ThreadKey } from "../../domain/thread.ts";

/**
 * Permission to write to a thread on behalf of a run. A write with a stale epoch is refused: another replica has the
 * run.
 */
export interface Fence {
  readonly threadKey: ThreadKey;
  readonly runId: string;
  readonly epoch: number;
}

export interface Claimed {
  readonly state: "running";
  readonly fence: Fence;
  /** The thread's highest seq; the run's first event gets the next one. */
  readonly lastSeq: number;
  /**
   * No event of the thread has a later date, in milliseconds since the epoch. The run dates none of its own events
   * earlier, so that a log's times never go backwards, even though the replicas that write it have clocks of their own.
   */
  readonly lastAt: number;
  /** The ids of all turns whose place the run has taken, in order. Absent: none. */
  readonly supersedes?: readonly string[];
}
