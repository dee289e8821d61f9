import type { Fault } from "./checker.ts";
import type { Verdict } from "./crowd.ts";
import type { Random } from "./random.ts";

/** How much a round does. */
export interface Scale {
  readonly threads: number;
  /** How long answers are, compared with those of a whole round. */
  readonly length: number;
  /** How long the model pauses between two words, compared with a whole round. */
  readonly pause: number;
  /** How long a replica's lease lasts. */
  readonly leaseMs: number;
  readonly deadlineMs: number;
}

export interface Outcome extends Verdict {
  /** How many processes were ended, suspended or cut off. */
  readonly blows: number;
  /** How long after the last blow the slowest takeover began. Null: there was none. */
  readonly slowestTakeoverMs: number | null;
}

/** Something that goes wrong while clients read. Each round draws what happens from its random numbers. */
export interface Scenario extends AsyncDisposable {
  round(random: Random): Promise<Outcome>;
}

export type OpenScenario = (scale: Scale) => Promise<Scenario>;

/** `moments`: when something went wrong. Each takeover is measured from the latest before it. */
export const outcomeOf = (moments: readonly number[], verdict: Verdict, others: readonly Fault[] = []): Outcome => {
  const delays = verdict.attempts
    .filter(({ reason }) => reason === "takeover")
    .map(({ at }) => at - Math.max(...moments.filter((moment) => moment <= at)));
  return {
    ...verdict,
    faults: [...verdict.faults, ...others],
    blows: moments.length,
    slowestTakeoverMs: delays.length === 0 ? null : Math.max(...delays),
  };
};
