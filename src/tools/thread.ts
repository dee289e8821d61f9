import { ToolError } from "./contract.ts";
import type { Ran } from "./javascript/sandbox.ts";
import type { Calculated } from "./math/evaluate.ts";
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

/** How long one request may compute. The first also pays for loading: 0.1 s in an executable, 0.4 s from source. */
const TIME_LIMIT_MS = 2_000;

/**
 * Where the worker lies. In an executable it is the extra entry point `src/tools/worker.ts`, which Bun files relative to the
 * folder that all entry points share (`src`) and resolves from the root of the embedded files, not from this module.
 */
const WORKER = /\$bunfs|~BUN/u.test(import.meta.url)
  ? "./tools/worker.ts"
  : new URL("./worker.ts", import.meta.url).href;

/**
 * Runs what computes in a thread of its own, one request at a time: the solvers are synchronous, nasty input keeps them
 * busy for ever, and the server must not notice. After 2 s the thread is ended, and the next request gets a new one. It
 * starts with the first request and does not keep the process alive while it is idle.
 */
export class ToolThread {
  #worker: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** Throws a ToolError when the work is refused, fails or takes too long; the signal's reason as soon as that aborts. */
  async run<K extends ToolRequest["kind"]>(
    request: Extract<ToolRequest, { kind: K }>,
    signal: AbortSignal,
  ): Promise<Results[K]> {
    const mine = this.#turn.then(() => {
      signal.throwIfAborted();
      return this.#ask(request, signal);
    });
    this.#turn = mine.catch(() => {});
    const answer = await unlessAborted(mine, signal);
    if (!answer.ok) throw new ToolError(answer.message);
    return answer.value as Results[K];
  }

  #ask(request: ToolRequest, signal: AbortSignal): Promise<ToolAnswer> {
    this.#worker ??= new Worker(WORKER);
    const worker = this.#worker;
    // A real deadline on a real thread: no injected clock can end a busy loop.
    const bound = AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
    worker.ref();
    return new Promise<ToolAnswer>((resolve, reject) => {
      const settle = (): void => {
        bound.removeEventListener("abort", stop);
        worker.onmessage = null;
        worker.onerror = null;
        worker.unref();
      };
      const discard = (): void => {
        settle();
        worker.terminate();
        this.#worker = undefined;
      };
      const stop = (): void => {
        discard();
        if (signal.aborted) reject(signal.reason);
        else
          resolve({
            ok: false,
            message: `This takes longer than ${TIME_LIMIT_MS / 1000} s; simplify it or split it into parts.`,
          });
      };
      worker.onmessage = ({ data }: MessageEvent<ToolAnswer>) => {
        settle();
        resolve(data);
      };
      worker.onerror = ({ message }) => {
        discard();
        reject(new Error("The tools' thread failed", { cause: message }));
      };
      bound.addEventListener("abort", stop, { once: true });
      worker.postMessage(request);
    });
  }
}

/** Whoever waits for its turn leaves the queue at once; its place is skipped later. */
const unlessAborted = async <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> => {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
};
