import { ToolError } from "../contract.ts";
import type { Calculated } from "./evaluate.ts";
import type { CurvePoint } from "./sample.ts";
import type { Solution } from "./solve.ts";

export type MathRequest =
  | { readonly kind: "solve"; readonly equations: readonly string[]; readonly variables: readonly string[] | undefined }
  | { readonly kind: "calculate"; readonly expression: string }
  | {
      readonly kind: "sample";
      readonly expressions: readonly string[];
      readonly variable: string;
      readonly from: number;
      readonly to: number;
    };
export type MathAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };
interface Results {
  readonly solve: Solution;
  readonly calculate: Calculated;
  readonly sample: readonly (readonly CurvePoint[])[];
}

/** How long one request may compute. The first one also pays for loading, about 0.3 s. */
const TIME_LIMIT_MS = 2_000;

/**
 * Where the worker lies. In an executable it is the extra entry point `src/tools/math.worker.ts`, which Bun files relative
 * to the folder that all entry points share (`src`) and resolves from the root of the embedded files, not from this module.
 */
const WORKER = /\$bunfs|~BUN/u.test(import.meta.url)
  ? "./tools/math.worker.ts"
  : new URL("../math.worker.ts", import.meta.url).href;

/**
 * Runs the solvers in a thread of their own, one request at a time: they are synchronous, and nasty input keeps them busy
 * for ever. After 2 s the thread is ended and the next request gets a new one. It starts with the first request and does
 * not keep the process alive while idle.
 */
export class MathEngine {
  #worker: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** Throws a ToolError when the solver refuses, fails or runs out of time; the signal's reason when that aborts. */
  async run<K extends MathRequest["kind"]>(
    request: Extract<MathRequest, { kind: K }>,
    signal: AbortSignal,
  ): Promise<Results[K]> {
    const mine = this.#turn.then(() => {
      signal.throwIfAborted();
      return this.#ask(request, signal);
    });
    this.#turn = mine.catch(() => {});
    const answer = await mine;
    if (!answer.ok) throw new ToolError(answer.message);
    return answer.value as Results[K];
  }

  #ask(request: MathRequest, signal: AbortSignal): Promise<MathAnswer> {
    const worker = (this.#worker ??= new Worker(WORKER));
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
    worker.ref();
    return new Promise<MathAnswer>((resolve, reject) => {
      const settle = (): void => {
        bounded.removeEventListener("abort", stop);
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
            message: `This takes longer than ${TIME_LIMIT_MS / 1000} s to work out; simplify it or split it into parts.`,
          });
      };
      worker.onmessage = ({ data }: MessageEvent<MathAnswer>) => {
        settle();
        resolve(data);
      };
      worker.onerror = (event) => {
        discard();
        reject(new Error("The mathematical worker failed", { cause: event.message }));
      };
      bounded.addEventListener("abort", stop, { once: true });
      worker.postMessage(request);
    });
  }
}
