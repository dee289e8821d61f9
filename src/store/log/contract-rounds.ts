import type { RunProgress } from "../../domain/progress.ts";
import type { RoundState } from "../../domain/turn.ts";

/** A model's answer that its run went on from, as it is written before the model's next call. */
export interface NewRound extends Omit<RoundState, "data"> {
  /** Its position among the run's rounds, from 1. Another attempt at the run counts on. */
  readonly number: number;
  /** The thread's last seq when the model had answered. The events of the round's tool calls come after it. */
  readonly seq: number;
  /** Compact JSON; `null` when the model wants nothing back. */
  readonly data: string;
  readonly at: number;
  /** The run's `RunProgress` at that moment, as compact JSON. Absent: nothing is known of it. */
  readonly progress?: string;
}
export interface StoredRound extends RoundState, Pick<NewRound, "number" | "seq"> {
  /** Null in rows of earlier releases. */
  readonly progress: RunProgress | null;
}
