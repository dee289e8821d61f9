/**
 * What two workers carry: `bun run bench:workers`, on Linux. Client, model stand-in and Postgres share the machine with the
 * workers, so on few cores those would be the limit. And a worker without a core to spare joins the tokens that wait, so
 * that what arrives says little. So what is measured is the CPU that a token costs, with as many streams for each worker,
 * in turn: two workers on two cores carry twice as many tokens as one, less what a token costs more. WAL and connections
 * are Postgres' own figures.
 */
import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";
import { MARK, nameOf } from "./answer.ts";
import { endAll, startServer } from "./child.ts";
import { openDatabase } from "./database.ts";
import { quantile } from "./figures.ts";
import { thisMachine } from "./machine.ts";
import { question, WIRES } from "./targets.ts";
import { cpuSeconds } from "./usage.ts";

const ROUNDS = 5;
/** Of each worker. */
const STREAMS = 60;
const RATE = 20;
const WARM_S = 4;
const WINDOW_S = 8;

const childrenOf = (pid: number): readonly number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => {
      try {
        return readFileSync(`/proc/${child}/stat`, "latin1").split(")").at(-1)?.trim().split(" ")[1] === String(pid);
      } catch {
        return false;
      }
    });

/** Reads a stream until it is aborted, and counts its tokens. */
const read = async (url: string, index: number, signal: AbortSignal, onTokens: (count: number) => void) => {
  const wire = WIRES.yeoul;
  const message = question(nameOf({ tokens: 100_000, rate: RATE }));
  const response = await fetch(`${url}${wire.path}`, {
    method: "POST",
    headers: { "content-type": "application/json", connection: "close" },
    body: wire.body(`u${index}`, message),
    signal,
  });
  for await (const chunk of response.body ?? []) {
    let count = 0;
    for (const byte of chunk) if (byte === MARK) count += 1;
    onTokens(count);
  }
};

interface Carried {
  readonly tokensPerSecond: number;
  /** Of the workers and of Postgres, in µs. */
  readonly cpu: number;
  readonly beside: number;
  readonly walBytes: number;
  readonly connections: number;
}

const measure = async (workers: number, standIn: string, database: Awaited<ReturnType<typeof openDatabase>>) => {
  const sql = new Bun.SQL(database.url, { max: 1 });
  const server = await startServer([process.execPath, "src/main.ts"], {
    NODE_ENV: "production",
    MODEL: "compatible:paced-100x20",
    MODEL_BASE_URL: `${standIn}/v1`,
    MODEL_API_KEY: "x",
    HOST: "127.0.0.1",
    PORT: "0",
    WORKERS: String(workers),
    DATABASE_URL: database.url,
    RUN_TIMEOUT: "10m",
    DRAIN_TIMEOUT: "100ms",
    MAX_RUNS_PER_USER: "20000",
    LOG_LEVEL: "error",
  });
  const pids = workers === 1 ? [server.pid] : childrenOf(server.pid);
  if (pids.length !== workers) throw new Error(`${pids.length} workers instead of ${workers}`);
  const stop = new AbortController();
  let tokens = 0;
  const streams = Array.from({ length: workers * STREAMS }, (_, index) =>
    read(server.url, index, stop.signal, (count) => {
      tokens += count;
    }).catch(() => {}),
  );
  await Bun.sleep(WARM_S * 1000);
  const look = async () => {
    const [row] = (await sql`select pg_current_wal_lsn() - '0/0' as wal,
      (select count(*) from pg_stat_activity where application_name = 'yeoul') as connections`) as {
      wal: string;
      connections: string;
    }[];
    const cpu = pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
    const beside = database.pid === null ? 0 : cpuSeconds(database.pid);
    return {
      ...{ at: performance.now(), tokens, cpu, beside },
      wal: Number(row?.wal),
      connections: Number(row?.connections),
    };
  };
  const from = await look();
  await Bun.sleep(WINDOW_S * 1000);
  const to = await look();
  stop.abort();
  await Promise.all(streams);
  await server.end();
  await sql.end();
  const arrived = to.tokens - from.tokens;
  const carried: Carried = {
    tokensPerSecond: (arrived * 1000) / (to.at - from.at),
    cpu: ((to.cpu - from.cpu) * 1e6) / arrived,
    beside: ((to.beside - from.beside) * 1e6) / arrived,
    walBytes: (to.wal - from.wal) / arrived,
    connections: to.connections,
  };
  return carried;
};

const median = (values: readonly number[]): number => quantile(values, 0.5);
const spread = (values: readonly number[], digits = 0): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;

const row = (name: string, all: readonly Carried[]): string =>
  `| ${name} | ${spread(all.map((each) => each.tokensPerSecond))} | ${spread(
    all.map(({ cpu }) => cpu),
    1,
  )} | ` +
  `${spread(
    all.map(({ beside }) => beside),
    1,
  )} | ${spread(all.map(({ walBytes }) => walBytes))} | ` +
  `${median(all.map(({ connections }) => connections))} |`;

try {
  // The machine may be busy with other work: what is measured here goes first.
  setPriority(-15);
  const standIn = await startServer([process.execPath, "bench/stand-in.ts"]);
  const database = await openDatabase(undefined);
  const one: Carried[] = [];
  const two: Carried[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    one.push(await measure(1, standIn.url, database));
    two.push(await measure(2, standIn.url, database));
    console.error(`round ${round}: ${one.at(-1)?.cpu.toFixed(1)} and ${two.at(-1)?.cpu.toFixed(1)} µs a token`);
  }
  const ratios = two.map(({ cpu }, at) => (2 * (one[at]?.cpu ?? 0)) / cpu);
  const { cpu, cores, kernel, bun, date } = thisMachine();
  console.log(
    [
      "# What workers carry",
      "",
      `${date}, ${cpu}, ${cores} cores, ${kernel}, Bun ${bun}, ${database.about}.`,
      `Each worker has ${STREAMS} streams of ${RATE} tokens a second.`,
      `${ROUNDS} rounds of ${WINDOW_S} s, in which both take turns. Figures are medians (least–most).`,
      "",
      "|  | tokens a second | CPU a token, µs | Postgres, µs a token | WAL, bytes a token | connections |",
      "| --- | ---: | ---: | ---: | ---: | ---: |",
      row("1 process", one),
      row("2 workers", two),
      "",
      `With a core for each, 2 workers carry ${spread(ratios, 2)} times the tokens of 1 (target: at least 1.8): twice the CPU,`,
      "divided by what a token costs more. CPU is the user and system time of the workers, read from the kernel.",
    ].join("\n"),
  );
  await database.drop();
} finally {
  await endAll();
}
