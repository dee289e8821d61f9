import { BoundedWorker } from "../workers/bounded-worker.ts";
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

/** Computes where what never ends can be ended, see `BoundedWorker`. */
export class ToolThread {
  readonly #worker = new BoundedWorker<ToolRequest, ToolAnswer>({
    source: new URL("./worker.ts", import.meta.url).href,
    embedded: "./tools/worker.ts",
  });

  /** Throws a ToolError when the work is refused, fails or takes too long; the signal's reason as soon as that aborts. */
  run<K extends ToolRequest["kind"]>(
    request: Extract<ToolRequest, { kind: K }>,
    signal: AbortSignal,
  ): Promise<Results[K]> {
    const bounds = { totalMs: TIME_LIMIT_MS, silenceMs: TIME_LIMIT_MS };
    return this.#worker.run(request, { ...bounds, hear: heard<Results[K]>, late: tooLong }, signal);
  }
}

const heard = <T>(answer: ToolAnswer): { readonly value: T } => {
  if (!answer.ok) throw new ToolError(answer.message);
  return { value: answer.value as T };
};

const tooLong = (): ToolError =>
  new ToolError(`This takes longer than ${TIME_LIMIT_MS / 1000} s; simplify it or split it into parts.`);
