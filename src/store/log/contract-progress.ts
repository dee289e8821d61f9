import type { RunProgress } from "../../domain/progress.ts";
import type { Checkpoint } from "./contract-checkpoints.ts";
import type { StoredRound } from "./contract-rounds.ts";

/** A checkpoint as another attempt reads it. */
export interface StoredCheckpoint extends Pick<Checkpoint, "seq" | "node"> {
  readonly change: unknown;
  /** Null in rows of earlier releases. */
  readonly progress: RunProgress | null;
}

/** What a run has stored besides its events, in the order in which it was stored. */
export interface StoredProgress {
  readonly checkpoints: readonly StoredCheckpoint[];
  readonly rounds: readonly StoredRound[];
}
