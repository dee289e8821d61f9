import type { LogEvent } from "../../domain/event.ts";
import type { RunProgress } from "../../domain/progress.ts";
import type { RoundState } from "../../domain/turn.ts";

/** A checkpoint of an earlier attempt. */
interface EarlierCheckpoint {
  readonly seq: number;
  /** A node, or `<node>/<step>` with `{ result }` for the change. */
  readonly node: string;
  readonly change: unknown;
  /** Null where it was not stored. */
  readonly progress: RunProgress | null;
}

/** A model's answer that an earlier attempt went on from. */
export interface EarlierRound extends RoundState {
  /** The thread's last seq when the model had answered. */
  readonly seq: number;
  /** Its position among the run's rounds, from 1. */
  readonly number: number;
  readonly progress: RunProgress | null;
}

/** What the earlier attempts at a run have left, each list in the order in which it was stored. */
export interface Earlier {
  /** The run's events. */
  readonly events: readonly LogEvent[];
  readonly checkpoints: readonly EarlierCheckpoint[];
  readonly rounds: readonly EarlierRound[];
}

/** Separates the name of a step from that of its node. */
export const STEP = "/";

/** What all attempts so far have used and withheld, as far as it was stored. Null: nothing was. */
export const progressOf = ({ checkpoints, rounds }: Omit<Earlier, "events">): RunProgress | null => {
  const latest = [...checkpoints, ...rounds].filter(({ progress }) => progress !== null);
  return latest.toSorted((a, b) => a.seq - b.seq).at(-1)?.progress ?? null;
};
