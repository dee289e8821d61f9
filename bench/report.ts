import { type Claim, claimsOf, isHit } from "./claims.ts";
import { type Figures, figuresOf, type Range, ratioOf } from "./figures.ts";
import type { Held } from "./holding.ts";
import type { Machine } from "./machine.ts";
import type { Options } from "./options.ts";
import type { Relayed } from "./relaying.ts";
import type { TargetName } from "./targets.ts";

export interface Outcome {
  readonly options: Options;
  readonly relayed: readonly Relayed[];
  readonly held: readonly Held[];
  /** Null when no target used one. */
  readonly database: string | null;
}

const TITLES: Readonly<Record<TargetName, string>> = {
  floor: "hand-written Bun relay, stores nothing",
  streamText: "AI SDK `streamText` handler, stores nothing",
  yeoul: "Yeoul, stores everything in Postgres",
};

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(row)].join("\n");

const spread = ({ median, least, most }: Range, digits: number): string =>
  `${median.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;

const relayedTable = ({ options, relayed }: Outcome): string => {
  const versus = (target: TargetName, other: TargetName): string =>
    options.only.includes(other) ? ratioOf(target, other, relayed).median.toFixed(2) : "";
  const cells = (one: Figures): string[] => [
    TITLES[one.target],
    spread(one.cpu, 1),
    versus(one.target, "floor"),
    versus(one.target, "streamText"),
    one.wholeCpu.median.toFixed(1),
    one.besideCpu.median === 0 ? "" : one.besideCpu.median.toFixed(1),
    Math.round(one.pace.median).toLocaleString("en"),
    `${one.added.median.toFixed(1)} / ${one.added.p99.toFixed(1)}`,
  ];
  return table(
    [
      "",
      "CPU a token, µs",
      "relative to the relay",
      "relative to `streamText`",
      "including each stream's start and end, µs",
      "Postgres, µs",
      "tokens a second",
      "added to the first token, median / p99, ms",
    ],
    options.only.map((target) => cells(figuresOf(target, relayed))),
  );
};

const burstTable = ({ options, relayed }: Outcome): string =>
  table(
    [
      `${options.streams} streams started at once, ten tokens each`,
      "added to the first token, median / p99, ms",
      "CPU a run, µs",
      "Postgres, µs",
    ],
    options.only.map((target) => {
      const { added, cpu, besideCpu } = figuresOf(target, relayed).burst;
      return [
        TITLES[target],
        `${added.median.toFixed(0)} / ${added.p99.toFixed(0)}`,
        spread(cpu, 0),
        besideCpu.median === 0 ? "" : spread(besideCpu, 0),
      ];
    }),
  );

const KINDS: Readonly<Record<Held["kind"], string>> = {
  runs: "each with its own run and model call",
  readers: "all following a few runs",
};

const heldTable = (held: readonly Held[]): string =>
  table(
    ["", "idle streams", "KiB each", "peak, KiB each"],
    held.map((one) => [
      `${TITLES[one.target]}; ${KINDS[one.kind]}`,
      one.streams.toLocaleString("en"),
      (one.bytesEach / 1024).toFixed(1),
      (one.mostBytesEach / 1024).toFixed(1),
    ]),
  );

const claimsTable = (claims: readonly Claim[]): string =>
  table(
    ["claim", "target, at most", "measured", ""],
    claims.map((claim) => [
      claim.what,
      `${claim.target} ${claim.unit}`,
      `${claim.measured.toFixed(2)} ${claim.unit}`,
      isHit(claim) ? "hit" : "**miss**",
    ]),
  );

/** Returns the tables as Markdown that is also readable in a terminal. */
export const tablesOf = (outcome: Outcome): string => {
  const claims = claimsOf(outcome.relayed, outcome.held);
  return [
    ...(claims.length > 0 ? [claimsTable(claims)] : []),
    relayedTable(outcome),
    burstTable(outcome),
    ...(outcome.held.length > 0 ? [heldTable(outcome.held)] : []),
  ].join("\n\n");
};

/** Returns the content of bench/RESULTS.md. */
export const pageOf = (outcome: Outcome, machine: Machine): string => {
  const { streams, rate, seconds, rounds } = outcome.options;
  return `# What \`bun run bench\` measured last

${machine.date}, ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.kernel}, Bun ${machine.bun}${outcome.database === null ? "" : `, ${outcome.database}`}.
${streams} streams of ${rate} tokens a second; ${rounds} rounds of ${seconds} s, in which all targets take turns. Figures are medians (least–most) of
the rounds; ratios are taken within each round.

${tablesOf(outcome)}

## How to read it
- CPU is the user and system time of the server process alone, read from the kernel, over a window in which all streams are
  open. Client, model stand-in and Postgres run on the same machine, in their own processes.
- Every token of every stream is counted and the end of every stream is checked. The benchmark fails and writes no table if one
  is missing. Afterwards the tokens in Postgres are counted too, and must equal those relayed.
- *Added to the first token* is the client's waiting time minus the time that the model stand-in reports for itself. It includes
  the client's connection. The streams are short, and new ones start all the time.
- *KiB each* is the growth of a fresh process's resident memory after 200 warm-up streams, divided by the number of streams
  held open. They are held long enough for a heartbeat to reach each (two for the readers). Garbage collection is not forced.
`;
};
