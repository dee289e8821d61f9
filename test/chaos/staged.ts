import type { Fault } from "./checker.ts";
import { type Crowd, type CrowdOptions, crowd, type Verdict } from "./crowd.ts";
import type { Size } from "./question.ts";
import type { Random } from "./random.ts";
import { type Blows, outcomeOf, type Scale, type Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

/** Answers that last through whatever happens to them. */
export const LONG: Size = { words: [60, 160], pauseMs: [50, 120] };

/** What was done, and when. */
interface Struck extends Blows {
  /** What went wrong in doing it. Absent: nothing. */
  readonly faults?: readonly Fault[];
  /** What else is wrong with the verdict. Absent: nothing is. */
  readonly judge?: (verdict: Verdict) => readonly Fault[];
}

interface Staging {
  readonly place: Stage;
  readonly scale: Omit<Scale, "leaseMs">;
  /** What the crowd asks, and how it reads. */
  readonly asks: (random: Random) => Pick<CrowdOptions, "size" | "relayed" | "queued" | "patience">;
  /** Breaks something while the crowd reads. Absent: nothing breaks. */
  readonly strike?: (people: Crowd, random: Random) => Promise<Struck>;
  /** Called before the stage is closed, and after. */
  readonly before?: () => Promise<void>;
  readonly after?: () => Promise<void>;
}

/** A scenario in which something breaks, on this stage, while a crowd asks and reads. */
export const staged = ({ place, scale, asks, strike, before, after }: Staging): Scenario => ({
  round: async (random) => {
    const options = asks(random);
    const people = crowd({ ...place, random: random.fork("people"), ...scale, ...options });
    const { faults = [], judge, ...blows } = (await strike?.(people, random)) ?? { moments: [] };
    const verdict = await people.verdict();
    return outcomeOf(blows, verdict, [...faults, ...(judge?.(verdict) ?? [])]);
  },
  [Symbol.asyncDispose]: async () => {
    await before?.();
    await place[Symbol.asyncDispose]();
    await after?.();
  },
});
