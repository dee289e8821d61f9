import { burstRatioOf, figuresOf, ratioOf } from "./figures.ts";
import type { Held } from "./holding.ts";
import { FIRST_STREAMS, type Relayed } from "./relaying.ts";

/** Something that we say of Yeoul, and what came of it. Smaller is better in all of them. */
export interface Claim {
  readonly what: string;
  readonly unit: string;
  readonly target: number;
  readonly measured: number;
}

export const isHit = ({ measured, target }: Claim): boolean => measured <= target;

/** The claims that these measures can tell about. */
export const claimsOf = (relayed: readonly Relayed[], held: readonly Held[]): readonly Claim[] => {
  const readers = held.find(({ kind }) => kind === "readers");
  const claims: readonly Claim[] = [
    {
      what: "CPU a token, all of it kept in Postgres, against the hand-written relay",
      unit: "times",
      target: 1.5,
      measured: ratioOf("yeoul", "floor", relayed).median,
    },
    {
      what: "CPU a token, all of it kept in Postgres, against `streamText`",
      unit: "times",
      target: 0.45,
      measured: ratioOf("yeoul", "streamText", relayed).median,
    },
    {
      what: `Added time to the first token, median, ${FIRST_STREAMS} streams`,
      unit: "ms",
      target: 5,
      measured: figuresOf("yeoul", relayed).added.median,
    },
    {
      what: "Added time to the first token of a burst, median, against the hand-written relay",
      unit: "times",
      target: 2,
      measured: burstRatioOf("yeoul", "floor", relayed, 0.5).median,
    },
    {
      what: "Added time to the first token of a burst, 99th percentile, against the hand-written relay",
      unit: "times",
      target: 3,
      measured: burstRatioOf("yeoul", "floor", relayed, 0.99).median,
    },
    {
      what: `Memory of a quiet stream, ${(readers?.streams ?? 0).toLocaleString("en")} in one process`,
      unit: "KiB",
      target: 8,
      measured: (readers?.bytesEach ?? Number.NaN) / 1024,
    },
  ];
  return claims.filter(({ measured }) => !Number.isNaN(measured));
};
