import type { LoadResult, Spent } from "./load.ts";
import type { Relayed } from "./relaying.ts";
import type { TargetName } from "./targets.ts";

/** One target's figures over all rounds. CPU times are in microseconds a token. */
export interface Figures {
  readonly target: TargetName;
  readonly cpu: Range;
  /** From the first question to the last answer, including the start and end of each stream. */
  readonly wholeCpu: Range;
  /** CPU of the database; 0 when there is none. */
  readonly besideCpu: Range;
  /** Tokens received per second in the window. */
  readonly pace: Range;
  readonly added: Added;
  readonly burst: Burst;
}

/** Milliseconds added to the first token, over the streams of all rounds. */
export interface Added {
  readonly median: number;
  readonly p99: number;
  readonly count: number;
}

/** Many streams started at once. */
export interface Burst {
  readonly added: Added;
  /** CPU of a whole run in microseconds: of the server, and of the database. */
  readonly cpu: Range;
  readonly besideCpu: Range;
}

export interface Range {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Returns the `q`-quantile (0 to 1), interpolated linearly between neighbours; NaN when there are no values. */
export const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
};

export const rangeOf = (values: readonly number[]): Range => ({
  median: quantile(values, 0.5),
  least: quantile(values, 0),
  most: quantile(values, 1),
});

const serverMicros = ({ server, tokens }: Spent): number => (server * 1e6) / tokens;
const besideMicros = ({ beside, tokens }: Spent): number => (beside * 1e6) / tokens;

const addedOf = (results: readonly LoadResult[]): Added => {
  const all = results.flatMap(({ added }) => added);
  return { median: quantile(all, 0.5), p99: quantile(all, 0.99), count: all.length };
};

export const figuresOf = (target: TargetName, relayed: readonly Relayed[]): Figures => {
  const own = relayed.filter((one) => one.target === target);
  const over = (measure: (one: Relayed) => number): Range => rangeOf(own.map(measure));
  return {
    target,
    cpu: over(({ steady }) => serverMicros(steady.window)),
    wholeCpu: over(({ steady }) => serverMicros(steady.whole)),
    besideCpu: over(({ steady }) => besideMicros(steady.window)),
    pace: over(({ steady }) => steady.window.tokens / steady.window.seconds),
    added: addedOf(own.map(({ first }) => first)),
    burst: {
      added: addedOf(own.map(({ burst }) => burst)),
      cpu: over(({ burst }) => (burst.whole.server * 1e6) / burst.streams),
      besideCpu: over(({ burst }) => (burst.whole.beside * 1e6) / burst.streams),
    },
  };
};

/**
 * Returns the ratio of a figure between two targets, taken round by round, so that a slowdown of the machine affects
 * both.
 */
const ratios = (target: TargetName, other: TargetName, relayed: readonly Relayed[], of: (one: Relayed) => number) => {
  const measured = (name: TargetName): number[] => relayed.filter((one) => one.target === name).map(of);
  const others = measured(other);
  return rangeOf(measured(target).map((value, round) => value / (others[round] ?? Number.NaN)));
};

/** Returns the ratio of CPU a token between two targets. */
export const ratioOf = (target: TargetName, other: TargetName, relayed: readonly Relayed[]): Range =>
  ratios(target, other, relayed, ({ steady }) => serverMicros(steady.window));

/** Returns the ratio, between two targets, of the time added to the first token of a burst at the quantile `q`. */
export const burstRatioOf = (target: TargetName, other: TargetName, relayed: readonly Relayed[], q: number): Range =>
  ratios(target, other, relayed, ({ burst }) => quantile(burst.added, q));
