import type { System } from "../domain/system.ts";
import type { Exit, ProcessLogger, WorkerProcess } from "./contract.ts";

/** The pause before a worker that died is started again: the first, doubled each time it dies again, and the longest. */
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 30_000;
/** A worker that has served for so long may die once more without a longer pause. */
const SETTLED_MS = 60_000;

const EXIT_FAILED = 1;

export interface SupervisorOptions {
  /** How many processes serve. */
  readonly count: number;
  /** Starts the process of a worker, by its number from 1. */
  readonly start: (worker: number) => WorkerProcess;
  readonly system: Pick<System, "now" | "sleep">;
  readonly logger: ProcessLogger;
}

/** Keeps so many workers alive, and passes on to each what the process is told. */
export class Supervisor {
  /** The process of each worker that has one. */
  readonly #workers = new Map<number, WorkerProcess>();
  readonly #stopping = new AbortController();
  readonly #ended: Promise<unknown>[] = [];
  /** A worker ended with another code than 0 although it was asked to end. */
  #hasFailed = false;

  constructor(private readonly options: SupervisorOptions) {}

  /**
   * Starts the first worker, and the others once it serves: it brings the database up to date, and what is wrong with the
   * settings is reported once. Returns the URL, or the exit code of a worker that ended before it served.
   */
  async start(): Promise<string | number> {
    const url = await this.#begin(1);
    if (typeof url === "number") return url;
    const others = Array.from({ length: this.options.count - 1 }, (_, at) => this.#begin(at + 2));
    const codes = (await Promise.all(others)).filter((outcome) => typeof outcome === "number");
    if (codes[0] === undefined && !this.#stopping.signal.aborted) return url;
    const code = await this.stop();
    return codes[0] ?? code;
  }

  /** Has every worker read its agents again. */
  reload(): void {
    for (const worker of this.#workers.values()) worker.send("SIGHUP");
  }

  /** Has every worker drain. Resolves with the exit code once all have ended. */
  async stop(): Promise<number> {
    this.#stopping.abort();
    for (const worker of this.#workers.values()) worker.send("SIGTERM");
    await Promise.all(this.#ended);
    return this.#hasFailed ? EXIT_FAILED : 0;
  }

  /** Ends every worker at once. */
  kill(): void {
    this.#stopping.abort();
    for (const worker of this.#workers.values()) worker.send("SIGKILL");
  }

  /** Resolves once the worker serves for the first time, or with its exit code. From then on it is kept alive. */
  async #begin(number: number): Promise<string | number> {
    const first = this.#open(number);
    const exited = first.exited.then((exit): number => {
      this.#workers.delete(number);
      return codeOf(exit);
    });
    const outcome = await Promise.race([first.serving, exited]);
    if (typeof outcome === "string") this.#ended.push(this.#keep(number, first));
    return outcome;
  }

  #open(number: number): WorkerProcess {
    const worker = this.options.start(number);
    this.#workers.set(number, worker);
    return worker;
  }

  /** Starts the worker again whenever it dies, until all are asked to end. */
  async #keep(number: number, first: WorkerProcess): Promise<void> {
    const { system, logger } = this.options;
    const { signal } = this.#stopping;
    let delay = FIRST_DELAY_MS;
    for (let worker = first; ; worker = this.#open(number)) {
      const since = system.now();
      const exit = await worker.exited;
      this.#workers.delete(number);
      if (signal.aborted) {
        if (codeOf(exit) !== 0) this.#hasFailed = true;
        return;
      }
      if (system.now() - since >= SETTLED_MS) delay = FIRST_DELAY_MS;
      logger.workerDied(number, exit, delay);
      await system.sleep(delay, signal).catch(() => {});
      if (signal.aborted) return;
      delay = Math.min(MAX_DELAY_MS, 2 * delay);
    }
  }
}

const codeOf = (exit: Exit): number => ("code" in exit ? exit.code : EXIT_FAILED);
