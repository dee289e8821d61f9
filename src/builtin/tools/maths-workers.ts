import { ToolWorkers } from "../../tools/tool-workers.ts";
import type { Calculated } from "../maths/calculated.ts";
import type { Solution } from "../maths/solve.ts";
import type { Drawing, PlotRequest } from "../plot/draw.ts";

/** The jobs that the maths tools run in workers. */
export type MathsJobs = {
  readonly solve: {
    readonly request: { readonly equations: readonly string[]; readonly variables: readonly string[] | undefined };
    readonly result: Solution;
  };
  readonly calculate: { readonly request: { readonly expression: string }; readonly result: Calculated };
  readonly plot: { readonly request: PlotRequest; readonly result: Drawing };
};

export type MathsWorkers = ToolWorkers<MathsJobs>;

export const mathsWorkers = (workers = 2): MathsWorkers =>
  new ToolWorkers(
    { source: new URL("./worker.ts", import.meta.url).href, embedded: "./builtin/tools/worker.ts" },
    workers,
  );
