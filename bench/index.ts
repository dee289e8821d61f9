/**
 * Measures our claims: `bun run bench`. The options are in options.ts, the measurements in relaying.ts and holding.ts.
 */
import { endAll, startServer } from "./child.ts";
import { type Database, openDatabase } from "./database.ts";
import { type Held, holdReaders, holdRuns } from "./holding.ts";
import { thisMachine } from "./machine.ts";
import { type Options, readOptions } from "./options.ts";
import { type Relayed, relay, warmUp } from "./relaying.ts";
import { type Outcome, pageOf, tablesOf } from "./report.ts";
import { type Server, type Surroundings, startTarget } from "./servers.ts";

const note = (text: string): void => console.error(text);

const build = async (): Promise<void> => {
  const cwd = `${import.meta.dir}/..`;
  const { exited } = Bun.spawn([process.execPath, "run", "build"], { cwd, stdout: "ignore", stderr: "inherit" });
  if ((await exited) !== 0) throw new Error("`bun run build` failed.");
};

/** Every token that Yeoul relayed must be stored afterwards; otherwise the comparison would not be fair. */
const checkStored = async (database: Database, relayed: number): Promise<void> => {
  const stored = await database.tokens();
  if (stored !== relayed) throw new Error(`yeoul relayed ${relayed} tokens and kept ${stored}.`);
  note(`all ${stored} tokens that yeoul relayed are in Postgres`);
};

const relayInRounds = async (options: Options, around: Surroundings, database: Database | undefined) => {
  const servers: Server[] = [];
  for (const target of options.only) servers.push(await startTarget(target, around));
  const relayed: Relayed[] = [];
  let toStore = 0;
  for (const server of servers) {
    const { whole } = await warmUp(server);
    if (server.target === "yeoul") toStore += whole.tokens;
  }
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const server of servers) {
      const one = await relay(server, database?.pid ?? null, options);
      relayed.push(one);
      if (server.target === "yeoul")
        toStore += one.steady.whole.tokens + one.first.whole.tokens + one.burst.whole.tokens;
      const { server: cpu, tokens } = one.steady.window;
      note(`round ${round} of ${options.rounds}: ${server.target} ${((cpu * 1e6) / tokens).toFixed(1)} µs a token`);
    }
  }
  for (const server of servers) await server.end();
  if (database !== undefined) await checkStored(database, toStore);
  return relayed;
};

const holdQuietStreams = async (options: Options, around: Surroundings): Promise<Held[]> => {
  const held: Held[] = [];
  const measure = async (target: Server["target"], hold: typeof holdRuns, streams: number): Promise<void> => {
    if (streams === 0) return;
    const server = await startTarget(target, around);
    const one = await hold(server, around.standIn, streams);
    await server.end();
    held.push(one);
    note(`${streams} quiet ${one.kind}: ${target} ${(one.bytesEach / 1024).toFixed(1)} KiB each`);
  };
  for (const target of options.only) await measure(target, holdRuns, options.runs);
  if (options.only.includes("yeoul")) await measure("yeoul", holdReaders, options.readers);
  return held;
};

const bench = async (options: Options): Promise<void> => {
  const standIn = await startServer([process.execPath, "bench/stand-in.ts"]);
  const withYeoul = options.only.includes("yeoul");
  if (withYeoul && !options.source) await build();
  const database = withYeoul ? await openDatabase(options.database) : undefined;
  try {
    const { source, profile } = options;
    const around: Surroundings = { standIn: standIn.url, database: database?.url, source, profile };
    const relayed = await relayInRounds(options, around, database);
    const held = await holdQuietStreams(options, around);
    const outcome: Outcome = { options, relayed, held, database: database?.about ?? null };
    console.log(tablesOf(outcome));
    if (options.write) await Bun.write(`${import.meta.dir}/RESULTS.md`, pageOf(outcome, thisMachine()));
  } finally {
    await database?.drop();
  }
};

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void endAll().finally(() => process.exit(130)));
}
try {
  await bench(readOptions(process.argv.slice(2)));
} catch (error) {
  note(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await endAll();
}
