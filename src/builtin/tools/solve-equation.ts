import { Type } from "@sinclair/typebox";
import { MAX_EXPRESSION_CHARS } from "../../notation/read.ts";
import type { Tool } from "../../tools/contract.ts";
import type { MathsWorkers } from "./maths-workers.ts";

const Input = Type.Object({
  equations: Type.Array(Type.String({ minLength: 1, maxLength: 2 * MAX_EXPRESSION_CHARS }), {
    minItems: 1,
    maxItems: 8,
    description:
      'Each "lhs = rhs" in plain notation: 2*x+3=7, x^2=2, sqrt(x)=3, sin(x)=1/2; inequalities in one unknown too: x^2<4, 0<=x<2*pi..',
  }),
  variables: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 40 }), {
      maxItems: 8,
      description: "The unknowns; by default x, y, z … as they occur.",
    }),
  ),
});

/**
 * `solve_equation` finds exact and approximate solutions of one equation or a system; see `Solution` for the output.
 */
export const solveEquationTool = (workers: MathsWorkers): Tool<typeof Input> => ({
  name: "solve_equation",
  description:
    "Solves an equation or a system of equations exactly. Returns every solution found (checked by substitution), decimals, " +
    "and the steps for a linear or quadratic equation. An empty list of solutions with a note such as no_solution or identity is an answer too. " +
    "For inequalities the answer is the range, such as x < 2 or x > 3; an equation with an inequality is solved within it. " +
    "Plain notation: * for products, ^ for powers, sqrt(x), abs(x), log(x) is natural, log10(x), pi, e, i.",
  input: Input,
  // biome-ignore lint/correctness/useYield: the contract requires a generator, and this tool yields no events.
  async *call({ equations, variables }, owner) {
    return await workers.run({ kind: "solve", equations, variables }, owner);
  },
});
