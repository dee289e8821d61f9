import { NotationError } from "../notation/mistake.ts";
import { READY } from "../workers/worker-thread.ts";
import { ToolError } from "./contract.ts";
import { calculate } from "./math/evaluate.ts";
import { solve } from "./math/solve.ts";
import type { ToolAnswer, ToolRequest } from "./thread.ts";

declare const self: { onmessage: ((event: MessageEvent<ToolRequest>) => void) | null };

// Nerdamer and vega print what they could not do; nobody asked them to.
for (const method of ["log", "warn", "error"] as const) console[method] = () => {};

/** What is large and seldom needed is loaded by the first request for it. */
const work = async (request: ToolRequest): Promise<unknown> => {
  switch (request.kind) {
    case "solve":
      return solve(request.equations, request.variables);
    case "calculate":
      return calculate(request.expression);
    case "plot":
      return (await import("./plot/draw.ts")).draw(request);
    case "javascript":
      return (await import("./javascript/sandbox.ts")).runSandboxed(request.code);
  }
};

self.onmessage = async ({ data }) => {
  let answer: ToolAnswer;
  try {
    answer = { ok: true, value: await work(data) };
  } catch (error) {
    // A solver that runs out of stack or memory does so for its input: to the model it is the same advice.
    const message =
      error instanceof ToolError || error instanceof NotationError
        ? error.message
        : "This is too much for the tool; simplify it or split it into parts.";
    answer = { ok: false, message };
  }
  postMessage(answer);
};

postMessage(READY);
