import { ToolError } from "./contract.ts";
import { calculate } from "./math/evaluate.ts";
import { sampleCurves } from "./math/sample.ts";
import { solve } from "./math/solve.ts";
import type { MathAnswer, MathRequest } from "./math/engine.ts";

declare const self: { onmessage: ((event: MessageEvent<MathRequest>) => void) | null };

// Nerdamer prints what it cannot integrate; nobody asked it to.
for (const method of ["log", "warn", "error"] as const) console[method] = () => {};

const answer = (request: MathRequest): unknown => {
  switch (request.kind) {
    case "solve":
      return solve(request.equations, request.variables);
    case "calculate":
      return calculate(request.expression);
    case "sample":
      return sampleCurves(request.expressions, request.variable, request.from, request.to);
  }
};

self.onmessage = ({ data }) => {
  let reply: MathAnswer;
  try {
    reply = { ok: true, value: answer(data) };
  } catch (error) {
    // A solver out of stack is the input's fault as well: to the model it is the same advice.
    const message =
      error instanceof ToolError ? error.message : "This is beyond the solver; simplify it or split it into parts.";
    reply = { ok: false, message };
  }
  postMessage(reply);
};
