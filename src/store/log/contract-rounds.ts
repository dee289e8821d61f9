import type { RoundState } from "../../domain/turn.ts";

/** The opaque state of one of a model's answers, as its run writes it before the model's next call. */
export interface NewRound extends Omit<RoundState, "data"> {
  /** Its position among the run's rounds, from 1. Another attempt at the run counts on. */
  readonly number: number;
  /** The thread's last seq when the model had answered. The events of the round's tool calls come after it. */
  readonly seq: number;
  /** Compact JSON. */
  readonly data: string;
  readonly at: number;
}
export type StoredRound = RoundState & Pick<NewRound, "number" | "seq">;
