import { type Asker, PoolFullError, WorkerPool } from "../workers/worker-pool.ts";
import { ToolError } from "./contract.ts";
import type { Ran } from "./javascript/sandbox.ts";
import type { Calculated } from "./math/calculated.ts";
import type { Solution } from "./math/solve.ts";
import type { Drawing, PlotRequest } from "./plot/draw.ts";

export type ToolRequest =
  | { readonly kind: "solve"; readonly equations: readonly string[]; readonly variables: readonly string[] | undefined }
  | { readonly kind: "calculate"; readonly expression: string }
  | ({ readonly kind: "plot" } & PlotRequest)
  | { readonly kind: "javascript"; readonly code: string };
export type ToolAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };
interface Results {
  readonly solve: Solution;
  readonly calculate: Calculated;
  readonly plot: Drawing;
  readonly javascript: Ran;
}

/** How long one request may compute, from when a thread begins with it. */
const TIME_LIMIT_MS = 2_000;

/** Calls that may wait for a thread: each is a run's, of which there is a bound too, and holds little. */
const WAITING = { waiting: 2_000, waitingPerUser: 200 };

/** Computes where what never ends can be ended, in threads that all users share, see `WorkerPool`. */
export class ToolThread {
  readonly #pool: WorkerPool<ToolRequest, ToolAnswer>;

  constructor(threads = 2) {
    const entry = { source: new URL("./worker.ts", import.meta.url).href, embedded: "./tools/worker.ts" } as const;
    this.#pool = new WorkerPool(entry, { threads, ...WAITING });
  }

  /** Throws a ToolError when the work is refused, fails or takes too long; the signal's reason as soon as that aborts. */
  async run<K extends ToolRequest["kind"]>(
    request: Extract<ToolRequest, { kind: K }>,
    asker: Asker,
  ): Promise<Results[K]> {
    const bounds = { totalMs: TIME_LIMIT_MS, silenceMs: TIME_LIMIT_MS };
    try {
      return await this.#pool.run(request, { ...bounds, hear: heard<Results[K]>, late: tooLong }, asker);
    } catch (error) {
      if (error instanceof PoolFullError) throw new ToolError("Too much is being computed just now; try again later.");
      throw error;
    }
  }
}

const heard = <T>(answer: ToolAnswer): { readonly value: T } => {
  if (!answer.ok) throw new ToolError(answer.message);
  return { value: answer.value as T };
};

const tooLong = (): ToolError =>
  new ToolError(`This takes longer than ${TIME_LIMIT_MS / 1000} s; simplify it or split it into parts.`);
