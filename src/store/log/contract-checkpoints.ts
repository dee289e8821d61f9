/** A node's change of state, stored with the seq that the thread had reached. Never a copy of the whole state. */
export interface NewCheckpoint {
  readonly checkpointId: string;
  readonly seq: number;
  readonly node: string;
  /** Compact JSON. */
  readonly change: string;
  readonly at: number;
  /** The run's `RunProgress` at that moment, as compact JSON. Absent: nothing is known of it. */
  readonly progress?: string;
}
export interface Checkpoint extends Omit<NewCheckpoint, "progress"> {
  readonly runId: string;
}
