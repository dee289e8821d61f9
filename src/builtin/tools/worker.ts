import { NotationError } from "../../notation/mistake.ts";
import { serveJobs } from "../../tools/tool-job.ts";
import { calculate } from "../maths/evaluate.ts";
import { solve } from "../maths/solve.ts";
import type { MathsJobs } from "./maths-workers.ts";

// Silences nerdamer and vega, which print their failures to the console.
for (const method of ["log", "warn", "error"] as const) console[method] = () => {};

serveJobs<MathsJobs>(
  {
    solve: ({ equations, variables }) => solve(equations, variables),
    calculate: ({ expression }) => calculate(expression),
    // Large and rarely used, so the first request loads it.
    plot: async (request) => (await import("../plot/draw.ts")).draw(request),
  },
  (error) => error instanceof NotationError,
);
