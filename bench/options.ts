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
  /** Quiet readers of one process; 0 leaves the measure out. */
  readonly readers: number;
  /** Quiet streams with a run, and a model call, of their own; 0 leaves the measure out. */
  readonly runs: number;
  /** Measure `bun src/main.ts` in place of a fresh `dist/yeoul`. */
  readonly source: boolean;
  /** As `source`, and leave a CPU profile in bench/profile. */
  readonly profile: boolean;
  /** A Postgres to use in place of one of the bench's own; it makes a database there and drops it. */
  readonly database: string | undefined;
  /** Keep the tables in bench/RESULTS.md; wants all targets and all measures. */
  readonly write: boolean;
}

const USAGE = `bun run bench [options]
  --streams N    streams at a time                              500
  --rate N       tokens a second in each, 1-1000                20
  --seconds N    window in which CPU is measured                20
  --rounds N     rounds over all targets                        3
  --only A,B     some of ${TARGETS.join(", ")}
  --readers N    quiet readers of one process, 0 for none       10000
  --runs N       quiet streams with their own run, 0 for none   2000
  --source       measure src/main.ts, not a fresh dist/yeoul
  --profile      as --source, with a CPU profile in bench/profile, and no quiet streams unless asked for
  --database URL a Postgres to use, in place of one of our own
  --no-write     leave bench/RESULTS.md as it is`;

/** Throws an Error whose message tells what is wrong with the arguments, and which there are. */
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
