import type { Spent } from "./load.ts";
import type { Relayed } from "./relaying.ts";
import type { TargetName } from "./targets.ts";

/** One target's figures over all rounds. Times of CPU in microseconds a token. */
export interface Figures {
  readonly target: TargetName;
  readonly cpu: Range;
  /** From the first question to the last answer: beginning and ending each stream is in it. */
  readonly wholeCpu: Range;
  /** Of the database beside it; 0 when there is none. */
  readonly besideCpu: Range;
  /** Tokens that came each second in the window. */
  readonly pace: Range;
  /** Milliseconds added to the first token, over the streams of all rounds. */
  readonly added: { readonly median: number; readonly p99: number; readonly count: number };
}

export interface Range {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The value below which the share `q` (0 to 1) of the values lies, between neighbours in proportion. NaN for none. */
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

export const figuresOf = (target: TargetName, relayed: readonly Relayed[]): Figures => {
  const own = relayed.filter((one) => one.target === target);
  const added = own.flatMap(({ first }) => first.added);
  const over = (measure: (one: Relayed) => number): Range => rangeOf(own.map(measure));
  return {
    target,
    cpu: over(({ steady }) => serverMicros(steady.window)),
    wholeCpu: over(({ steady }) => serverMicros(steady.whole)),
    besideCpu: over(({ steady }) => besideMicros(steady.window)),
    pace: over(({ steady }) => steady.window.tokens / steady.window.seconds),
    added: { median: quantile(added, 0.5), p99: quantile(added, 0.99), count: added.length },
  };
};

/** CPU of one target by that of another, round by round, so that a machine that slows down slows both. */
export const ratioOf = (target: TargetName, other: TargetName, relayed: readonly Relayed[]): Range => {
  const micros = (name: TargetName): number[] =>
    relayed.filter((one) => one.target === name).map(({ steady }) => serverMicros(steady.window));
  const others = micros(other);
  return rangeOf(micros(target).map((value, round) => value / (others[round] ?? Number.NaN)));
};
