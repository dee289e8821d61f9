/**
 * The client, in its own process: runs a number of streams at a time against one server. Its argument is a `Load` as
 * JSON, its one line of output a `LoadResult`. It also reads the server's CPU, so that tokens and time are taken at the
 * same moment.
 */
import { type Answer, nameOf } from "./answer.ts";
import { type Reading, read } from "./reading.ts";
import { question, type TargetName, WIRES } from "./targets.ts";
import { cpuSeconds } from "./usage.ts";

export interface Load {
  readonly target: TargetName;
  /** Which of Yeoul's agents answers; undefined for the wire's own. */
  readonly agent?: string | undefined;
  /** The server's origin, and the process whose CPU is measured. */
  readonly url: string;
  readonly pid: number;
  /** A process that works for the server, such as its database; its CPU is measured separately. */
  readonly besidePid: number | null;
  readonly streams: number;
  readonly answer: Answer;
  /** All streams have started after `rampSeconds`; the window opens `warmSeconds` later. */
  readonly rampSeconds: number;
  readonly warmSeconds: number;
  readonly windowSeconds: number;
  /** Whether to ask again after each answer, as long as the window is open. */
  readonly again: boolean;
}

/** Tokens received in a period, and the CPU seconds spent on them. */
export interface Spent {
  readonly seconds: number;
  readonly tokens: number;
  readonly server: number;
  readonly beside: number;
}

export interface LoadResult {
  /** All streams are open the whole time: it includes no start or end of a stream (unless `again`). */
  readonly window: Spent;
  /** From before the first question to after the last answer. */
  readonly whole: Spent;
  /** Milliseconds added to the first token, one value per stream. */
  readonly added: readonly number[];
  readonly streams: number;
  /** The number of faulty streams by fault. Empty when every token of every stream arrived. */
  readonly faults: Readonly<Record<string, number>>;
}

/** One stream in this many is parsed and compared in full. */
const THOROUGH_EVERY = 100;

const load = JSON.parse(String(process.argv[2])) as Load;
const wire = WIRES[load.target];
const message = question(nameOf(load.answer));
const readings: Reading[] = [];
let tokens = 0;

const mark = (): Spent => ({
  seconds: performance.now() / 1000,
  tokens,
  server: cpuSeconds(load.pid),
  beside: load.besidePid === null ? 0 : cpuSeconds(load.besidePid),
});
const between = (from: Spent, to: Spent): Spent => ({
  seconds: to.seconds - from.seconds,
  tokens: to.tokens - from.tokens,
  server: to.server - from.server,
  beside: to.beside - from.beside,
});

const opened = performance.now();
const until = (seconds: number): Promise<void> => Bun.sleep(Math.max(0, seconds * 1000 - (performance.now() - opened)));
const closes = load.rampSeconds + load.warmSeconds + load.windowSeconds;

const client = async (index: number): Promise<void> => {
  await until((load.rampSeconds * index) / load.streams);
  do {
    const thorough = readings.length % THOROUGH_EVERY === 0;
    const body = wire.body(`u${index}`, message, load.agent);
    readings.push(
      await read(load.url, wire, body, load.answer, thorough, (count) => {
        tokens += count;
      }),
    );
  } while (load.again && performance.now() - opened < closes * 1000);
};

const before = mark();
const clients = Array.from({ length: load.streams }, (_, index) => client(index));
await until(load.rampSeconds + load.warmSeconds);
const open = mark();
await until(closes);
const close = mark();
await Promise.all(clients);
const after = mark();

const faults: Record<string, number> = {};
for (const { fault } of readings) if (fault !== undefined) faults[fault] = (faults[fault] ?? 0) + 1;
const result: LoadResult = {
  window: between(open, close),
  whole: between(before, after),
  added: readings.flatMap(({ addedMs }) => (addedMs === undefined ? [] : [addedMs])),
  streams: readings.length,
  faults,
};
console.log(JSON.stringify(result));
