import { Type } from "@sinclair/typebox";
import type { Tool } from "../contract.ts";
import type { ToolWorkers } from "../tool-workers.ts";
import type { JavaScriptJobs } from "./javascript-workers.ts";

const Input = Type.Object({
  code: Type.String({
    minLength: 1,
    maxLength: 20_000,
    description: "A script; the value of its last expression is the result. console.log is kept.",
  }),
});

/** `run_javascript` runs a program in a sandbox; see `SandboxResult` for the output. */
export const runJavaScriptTool = (workers: ToolWorkers<JavaScriptJobs>): Tool<typeof Input> => ({
  name: "run_javascript",
  description:
    "Runs a JavaScript program (ES2023) for what is easier to program than to derive: counting, simulation, search. " +
    "No network, files, timers or modules; at most 1 s and 32 MB. Returns the value of the last expression and the lines of console.log.",
  input: Input,
  // biome-ignore lint/correctness/useYield: the contract requires a generator, and this tool yields no events.
  async *call({ code }, owner) {
    return await workers.run({ kind: "run", code }, owner);
  },
});
