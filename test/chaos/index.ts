import { parseArgs } from "node:util";
import { FAULTS, type FaultKind } from "./checker.ts";
import { randomFrom } from "./random.ts";
import { lacking, scenarios } from "./scenarios/index.ts";

// Run by `bun run chaos`. Each round prints its seed; `--rounds 1 --seed SEED` draws the same round again.

const { values } = parseArgs({
  options: {
    scenario: { type: "string", default: "kill" },
    rounds: { type: "string", default: "10" },
    seed: { type: "string" },
    length: { type: "string", default: "1" },
    pause: { type: "string", default: "1" },
    threads: { type: "string", default: "50" },
    lease: { type: "string", default: "5000" },
    deadline: { type: "string", default: "120000" },
  },
});

const open = scenarios[values.scenario];
if (open === undefined) throw new Error(`--scenario must be one of ${Object.keys(scenarios).join(", ")}`);
const missing = lacking[values.scenario];
if (missing !== undefined) throw new Error(`the scenario ${values.scenario} requires ${missing}`);
const first = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const leaseMs = Number(values.lease);
const total = { rounds: 0, blows: 0, runs: 0, frames: 0, looks: 0, reconnects: 0, attempts: 0, slowestTakeoverMs: 0 };
const faults = new Map<FaultKind, number>(FAULTS.map((kind) => [kind, 0]));

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const scenario = await open({
  threads: Number(values.threads),
  length: Number(values.length),
  pause: Number(values.pause),
  leaseMs,
  deadlineMs: Number(values.deadline),
});
// Its replicas would go on without it.
const stop = async (): Promise<never> => {
  await scenario[Symbol.asyncDispose]();
  process.exit(1);
};
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void stop());
for (let round = 0; round < Number(values.rounds); round++) {
  const seed = first + round;
  const outcome = await scenario.round(randomFrom(seed));
  total.rounds++;
  total.blows += outcome.blows;
  total.runs += outcome.runs;
  total.frames += outcome.frames;
  total.looks += outcome.looks;
  total.reconnects += outcome.reconnects;
  total.attempts += outcome.attempts.length;
  total.slowestTakeoverMs = Math.max(total.slowestTakeoverMs, outcome.slowestTakeoverMs ?? 0);
  for (const { kind } of outcome.faults) faults.set(kind, (faults.get(kind) ?? 0) + 1);
  const { runs, blows, looks, attempts, reconnects, slowestTakeoverMs, relayed } = outcome;
  const ends = [...new Set(relayed)].map((end) => `${relayed.filter((other) => other === end).length} ${end}`);
  say(
    `round ${round + 1}, seed ${seed}: ${runs} runs, ${blows} blows, ${attempts.length} attempts more, ` +
      `${reconnects} reconnects, ${looks} looks, takeover ${slowestTakeoverMs ?? "none"} ms, /stream/v2 ${ends.join(", ") || "none"}, ${outcome.faults.length} faults`,
  );
  for (const { kind, message } of outcome.faults) say(`  ${kind}: ${message}`);
}
say(`${JSON.stringify(total)} ${JSON.stringify(Object.fromEntries(faults))}`);
await scenario[Symbol.asyncDispose]();
// The database ends with this process, which it would keep alive.
process.exit([...faults.values()].some((count) => count > 0) ? 1 : 0);
