import { NotationError } from "../../notation/mistake.ts";
import { serveJobs } from "../../tools/tool-job.ts";
import { calculate } from "../maths/evaluate.ts";
import { solve } from "../maths/solve.ts";
import type { MathsJobs } from "./maths-workers.ts";

// Nerdamer and vega print what they could not do; nobody asked them to.
for (const method of ["log", "warn", "error"] as const) console[method] = () => {};

serveJobs<MathsJobs>(
  {
    solve: ({ equations, variables }) => solve(equations, variables),
    calculate: ({ expression }) => calculate(expression),
    // Large and seldom needed: loaded by the first request for it.
    plot: async (request) => (await import("../plot/draw.ts")).draw(request),
  },
  (error) => error instanceof NotationError,
);
