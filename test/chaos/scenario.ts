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

/** What a scenario did to its stage. */
export interface Blows {
  /** When something went wrong: a process was ended, suspended or cut off. */
  readonly moments: readonly number[];
  /** How many looks there were at logs, by others than those who asked. Absent: none. */
  readonly looks?: number;
  /** Whether replicas' clocks show the machine's time, so that takeovers can be timed. Absent: they do. */
  readonly areTimed?: boolean;
}

export interface Outcome extends Omit<Verdict, "stored"> {
  /** How many processes were ended, suspended or cut off. */
  readonly blows: number;
  readonly looks: number;
  /** How long after the last blow the slowest takeover began. Null: there was none, or nobody can tell. */
  readonly slowestTakeoverMs: number | null;
}

/** Something that goes wrong while clients read. Each round draws what happens from its random numbers. */
export interface Scenario extends AsyncDisposable {
  round(random: Random): Promise<Outcome>;
}

export type OpenScenario = (scale: Scale) => Promise<Scenario>;

/** A lease that is over only when a replica has left its runs behind, not when a busy machine has held it up. */
export const patientLease = (leaseMs: number): string => `${Math.max(leaseMs, PATIENT_LEASE_MS)}ms`;
const PATIENT_LEASE_MS = 15_000;

/** Each takeover is measured from the latest moment before it. */
export const outcomeOf = (
  { moments, looks = 0, areTimed = true }: Blows,
  { stored: _, ...verdict }: Verdict,
  others: readonly Fault[] = [],
): Outcome => {
  const delays = verdict.attempts
    .filter(({ reason }) => areTimed && reason === "takeover")
    .map(({ at }) => at - Math.max(...moments.filter((moment) => moment <= at)));
  return {
    ...verdict,
    faults: [...verdict.faults, ...others],
    blows: moments.length,
    looks,
    slowestTakeoverMs: delays.length === 0 ? null : Math.max(...delays),
  };
};
