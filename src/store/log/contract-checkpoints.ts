/** A node's change of state, stored with the seq that the thread had reached. Never a copy of the whole state. */
export interface NewCheckpoint {
  readonly checkpointId: string;
  readonly seq: number;
  readonly node: string;
  /** Compact JSON. */
  readonly change: string;
  readonly at: number;
}
export interface Checkpoint extends NewCheckpoint {
  readonly runId: string;
}
