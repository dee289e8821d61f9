/**
 * What it takes to follow runs from another replica: `bun run bench:replicas`. Two processes on one Postgres; the first
 * executes runs of a token a second, and clients read them on the second. Measures by how much the second is behind the
 * first, Postgres' CPU with and without those readers, and how soon a client that reconnects has the first event that it
 * missed.
 */
import { parseArgs } from "node:util";
import { nameOf } from "./answer.ts";
import { endAll, startServer } from "./child.ts";
import { type Database, openDatabase } from "./database.ts";
import { exchange } from "./exchange.ts";
import { quantile } from "./figures.ts";
import { thisMachine } from "./machine.ts";
import { measureJournals } from "./replica-journals.ts";
import { type Server, startTarget } from "./servers.ts";
import { question } from "./targets.ts";
import { cpuSeconds } from "./usage.ts";

const USAGE = `bun run bench:replicas [options]
  --threads N,N  threads that are followed at a time    1,100,1000,5000
  --seconds N    windows in which it is measured        10
  --journals     without models, HTTP and clients: replica-journals.ts
  --source       measure src/main.ts, not a fresh dist/yeoul
  --database URL use this Postgres instead of starting one; its CPU is then not measured`;

const note = (text: string): void => console.error(text);
const USER = "bench";
const JSON_BODY = { "content-type": "application/json" };
/** Threads that are read on both replicas, to compare when a token arrives. */
const COMPARED = 100;
const RECONNECTS = 200;
/** Runs that are started a second. */
const STARTS = 40;
/** Time for what has just been opened to come to rest. */
const SETTLE_S = 3;

interface Replicas {
  readonly writer: Server;
  readonly follower: Server;
  readonly database: Database;
}

interface Measured {
  readonly threads: number;
  /** Milliseconds by which a token arrives later from the follower than from the writer. */
  readonly lags: readonly number[];
  /** Milliseconds from a reconnecting client's request to the first event that it missed. */
  readonly reconnects: readonly number[];
  /** Cores. */
  readonly postgresAlone: number;
  readonly postgresFollowed: number;
  readonly follower: number;
  readonly tokens: number;
}

/** Opens many things one after the other, spread over time. */
const spread = async (count: number, perSecond: number, open: (index: number) => Promise<void>): Promise<void> => {
  const begun = performance.now();
  const opened: Promise<void>[] = [];
  for (let index = 0; index < count; index += 1) {
    await Bun.sleep(Math.max(0, (index * 1000) / perSecond - (performance.now() - begun)));
    opened.push(open(index));
  }
  await Promise.all(opened);
};

/** Starts a run whose client leaves at once. */
const startRun = async (server: Server, threadId: string, tokens: number): Promise<void> => {
  const leave = new AbortController();
  const message = question(nameOf({ tokens, rate: 1 }));
  const { status } = await exchange({
    url: `${server.url}/stream/v2`,
    method: "POST",
    headers: JSON_BODY,
    body: JSON.stringify({ message, userId: USER, threadId }),
    onHead: () => leave.abort(),
    signal: leave.signal,
  });
  if (status !== 200) throw new Error(`a run could not be started: HTTP ${status}`);
};

/** Reads a thread from its first event on. `arrivals` gets the time of each token. */
const follow = (server: Server, threadId: string, signal: AbortSignal, arrivals: number[] | null): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  exchange({
    url: `${server.url}/api/v1/threads/${threadId}/events?userId=${USER}`,
    method: "GET",
    onHead: resolve,
    onTokens: (count) => {
      if (arrivals === null) return;
      const now = performance.now();
      for (let token = 0; token < count; token += 1) arrivals.push(now);
    },
    signal,
  }).then(() => (signal.aborted ? resolve() : reject(new Error("a reader's stream ended early"))), reject);
  return promise;
};

/** Returns the milliseconds until a client that has seen the thread's first events has the next one. */
const reconnect = async (server: Server, threadId: string): Promise<number> => {
  const leave = new AbortController();
  const { firstTokenMs } = await exchange({
    url: `${server.url}/api/v1/threads/${threadId}/events?userId=${USER}`,
    method: "GET",
    headers: { "last-event-id": `${threadId}:6` },
    onTokens: () => leave.abort(),
    signal: leave.signal,
  });
  if (firstTokenMs === undefined) throw new Error("a client that reconnected got no event");
  return firstTokenMs;
};

const postgresCpu = ({ pid }: Database): number => (pid === null ? Number.NaN : cpuSeconds(pid));

const measure = async (replicas: Replicas, threads: number, seconds: number): Promise<Measured> => {
  const { writer, follower, database } = replicas;
  const starting = threads / STARTS;
  const tokens = Math.ceil(2 * starting + 2 * seconds + 6 * SETTLE_S + 20);
  const ids = Array.from({ length: threads }, (_, index) => `of-${threads}-${index}`);
  const begun = performance.now();
  await spread(threads, STARTS, (index) => startRun(writer, ids[index] ?? "", tokens));
  note(`${threads} runs have started`);
  const leave = new AbortController();
  const compared = ids.slice(0, COMPARED);
  const here = compared.map((): number[] => []);
  const there = compared.map((): number[] => []);
  await Promise.all(compared.map((id, index) => follow(writer, id, leave.signal, here[index] ?? null)));
  await Bun.sleep(SETTLE_S * 1000);

  const alone = postgresCpu(database);
  await Bun.sleep(seconds * 1000);
  const postgresAlone = (postgresCpu(database) - alone) / seconds;

  await spread(threads, 4 * STARTS, (index) => follow(follower, ids[index] ?? "", leave.signal, there[index] ?? null));
  await Bun.sleep(SETTLE_S * 1000);
  const before = { postgres: postgresCpu(database), follower: cpuSeconds(follower.pid), at: performance.now() };
  await Bun.sleep(seconds * 1000);
  const until = performance.now();
  const took = (until - before.at) / 1000;
  const postgresFollowed = (postgresCpu(database) - before.postgres) / took;
  const followerCpu = (cpuSeconds(follower.pid) - before.follower) / took;

  const reconnects: number[] = [];
  for (let index = 0; index < RECONNECTS; index += 1) {
    reconnects.push(await reconnect(follower, compared[index % compared.length] ?? ""));
  }
  await Bun.sleep(SETTLE_S * 1000);
  const lags = here.flatMap((arrivals, thread) =>
    arrivals.flatMap((at, token) => {
      if (at < before.at || at >= until) return [];
      return [(there[thread]?.[token] ?? Number.NaN) - at];
    }),
  );
  if (lags.some(Number.isNaN)) throw new Error("a token did not arrive from the follower");
  leave.abort();
  // The runs end by themselves, so that the next measurement has the machine to itself.
  await Bun.sleep(Math.max(0, (starting + tokens + SETTLE_S) * 1000 - (performance.now() - begun)));
  const counts = { threads, lags, reconnects, tokens: lags.length };
  return { ...counts, postgresAlone, postgresFollowed, follower: followerCpu };
};

const rowOf = ({ threads, lags, reconnects, postgresAlone, postgresFollowed, follower, tokens }: Measured) => ({
  threads,
  "behind, p50": `${quantile(lags, 0.5).toFixed(1)} ms`,
  p99: `${quantile(lags, 0.99).toFixed(1)} ms`,
  "of tokens": tokens,
  "reconnect, p50": `${quantile(reconnects, 0.5).toFixed(1)} ms`,
  "p99 ": `${quantile(reconnects, 0.99).toFixed(1)} ms`,
  "Postgres, unfollowed": `${(100 * postgresAlone).toFixed(1)} %`,
  followed: `${(100 * postgresFollowed).toFixed(1)} %`,
  "follower's process": `${(100 * follower).toFixed(1)} %`,
});

const build = async (): Promise<void> => {
  const cwd = `${import.meta.dir}/..`;
  const { exited } = Bun.spawn([process.execPath, "run", "build"], { cwd, stdout: "ignore", stderr: "inherit" });
  if ((await exited) !== 0) throw new Error("`bun run build` failed.");
};

const journals = async (threads: readonly number[], seconds: number, given: string | undefined): Promise<void> => {
  for (const count of threads) {
    // Threads of one measurement are not those of the next.
    const database = await openDatabase(given);
    try {
      const { p50, p99, tokens, alone, followed, follower } = await measureJournals(database, count, seconds);
      const cpu = [alone, followed, follower].map((cores) => `${(100 * cores).toFixed(1)} %`).join(", ");
      console.log(`${count} threads: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms of ${tokens} tokens`);
      console.log(`  CPU of Postgres unfollowed and followed, and of the follower: ${cpu}`);
    } finally {
      await database.drop();
    }
  }
};

const bench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      threads: { type: "string", default: "1,100,1000,5000" },
      seconds: { type: "string", default: "10" },
      journals: { type: "boolean", default: false },
      source: { type: "boolean", default: false },
      database: { type: "string" },
    },
  });
  const threads = values.threads.split(",").map(Number);
  const seconds = Number(values.seconds);
  if (![...threads, seconds].every((count) => Number.isInteger(count) && count > 0)) throw new Error(USAGE);
  if (values.journals) return journals(threads, seconds, values.database);
  if (!values.source) await build();
  const standIn = await startServer([process.execPath, "bench/stand-in.ts"]);
  const database = await openDatabase(values.database);
  try {
    const around = { standIn: standIn.url, database: database.url, source: values.source, profile: false };
    const [writer, follower] = [await startTarget("yeoul", around), await startTarget("yeoul", around)];
    const measured: Measured[] = [];
    for (const count of threads) measured.push(await measure({ writer, follower, database }, count, seconds));
    const { cpu, cores, date } = thisMachine();
    console.log(`${date}, ${cores} × ${cpu}, ${database.about}`);
    console.table(measured.map(rowOf));
    await Promise.all([writer.end(), follower.end()]);
  } finally {
    await database.drop();
  }
};

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void endAll().finally(() => process.exit(130)));
}
try {
  await bench(process.argv.slice(2));
} catch (error) {
  note(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await endAll();
}
