import { parseArgs } from "node:util";
import { TARGETS, type TargetName } from "./targets.ts";

export interface Options {
  readonly streams: number;
  /** Tokens a second in each stream. */
  readonly rate: number;
  /** Length of the window in which CPU is measured. */
  readonly seconds: number;
  readonly rounds: number;
  readonly only: readonly TargetName[];
  /** Idle readers of one process; 0 skips the measurement. */
  readonly readers: number;
  /** Idle streams, each with its own run and model call; 0 skips the measurement. */
  readonly runs: number;
  /** Measures `bun src/main.ts` instead of a fresh `dist/yeoul`. */
  readonly source: boolean;
  /** Like `source`, and leaves a CPU profile in bench/profile. */
  readonly profile: boolean;
  /** A Postgres to use instead of starting one; the benchmark creates a database there and drops it. */
  readonly database: string | undefined;
  /** Writes the tables to bench/RESULTS.md; requires all targets and all measurements. */
  readonly write: boolean;
}

const USAGE = `bun run bench [options]
  --streams N    streams at a time                              500
  --rate N       tokens a second in each, 1-1000                20
  --seconds N    window in which CPU is measured                20
  --rounds N     rounds over all targets                        3
  --only A,B     some of ${TARGETS.join(", ")}
  --readers N    idle readers of one process, 0 for none        10000
  --runs N       idle streams with their own run, 0 for none    2000
  --source       measure src/main.ts, not a fresh dist/yeoul
  --profile      like --source, with a CPU profile in bench/profile; no idle streams unless requested
  --database URL use this Postgres instead of starting one
  --no-write     leave bench/RESULTS.md unchanged`;

/** Throws an Error whose message names the invalid argument and lists the valid ones. */
export const readOptions = (args: readonly string[]): Options => {
  try {
    return parse(args);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
};

const parse = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      streams: { type: "string", default: "500" },
      rate: { type: "string", default: "20" },
      seconds: { type: "string", default: "20" },
      rounds: { type: "string", default: "3" },
      only: { type: "string", default: TARGETS.join(",") },
      readers: { type: "string" },
      runs: { type: "string" },
      source: { type: "boolean", default: false },
      profile: { type: "boolean", default: false },
      database: { type: "string" },
      write: { type: "boolean", default: true },
    },
  });
  const only = TARGETS.filter((name) => values.only.split(",").includes(name));
  if (only.length !== values.only.split(",").length) throw new Error(`--only takes some of ${TARGETS.join(", ")}.`);
  const readers = only.includes("yeoul")
    ? whole("readers", values.readers ?? (values.profile ? "0" : "10000"), 0, 60_000)
    : 0;
  const runs = whole("runs", values.runs ?? (values.profile ? "0" : "2000"), 0, 20_000);
  return {
    streams: whole("streams", values.streams, 1, 5_000),
    rate: whole("rate", values.rate, 1, 1_000),
    seconds: whole("seconds", values.seconds, 1, 300),
    rounds: whole("rounds", values.rounds, 1, 20),
    only,
    readers,
    runs,
    source: values.source || values.profile,
    profile: values.profile,
    database: values.database,
    write: values.write && only.length === TARGETS.length && readers > 0 && runs > 0 && !values.profile,
  };
};

const whole = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} takes a whole number from ${least} to ${most}.`);
};
