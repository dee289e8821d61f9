import { burstRatioOf, figuresOf, ratioOf } from "./figures.ts";
import type { Held } from "./holding.ts";
import { FIRST_STREAMS, type Relayed } from "./relaying.ts";

/** A claim about Yeoul and its measured value. Smaller is better for all of them. */
export interface Claim {
  readonly what: string;
  readonly unit: string;
  readonly target: number;
  readonly measured: number;
}

export const isHit = ({ measured, target }: Claim): boolean => measured <= target;

/** Returns the claims for which there are measurements. */
export const claimsOf = (relayed: readonly Relayed[], held: readonly Held[]): readonly Claim[] => {
  const readers = held.find(({ kind }) => kind === "readers");
  const claims: readonly Claim[] = [
    {
      what: "CPU a token, every token stored in Postgres, relative to the hand-written relay",
      unit: "times",
      target: 1.5,
      measured: ratioOf("yeoul", "floor", relayed).median,
    },
    {
      what: "CPU a token, every token stored in Postgres, relative to `streamText`",
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
      what: "Added time to the first token of a burst, median, relative to the hand-written relay",
      unit: "times",
      target: 2,
      measured: burstRatioOf("yeoul", "floor", relayed, 0.5).median,
    },
    {
      what: "Added time to the first token of a burst, 99th percentile, relative to the hand-written relay",
      unit: "times",
      target: 3,
      measured: burstRatioOf("yeoul", "floor", relayed, 0.99).median,
    },
    {
      what: `Memory of an idle stream, ${(readers?.streams ?? 0).toLocaleString("en")} in one process`,
      unit: "KiB",
      target: 8,
      measured: (readers?.bytesEach ?? Number.NaN) / 1024,
    },
  ];
  return claims.filter(({ measured }) => !Number.isNaN(measured));
};
