import { Type } from "@sinclair/typebox";
import { MAX_EXPRESSION_CHARS } from "../../notation/read.ts";
import type { Tool } from "../../tools/contract.ts";
import type { MathsWorkers } from "./maths-workers.ts";

const Input = Type.Object({
  expression: Type.String({
    minLength: 1,
    maxLength: MAX_EXPRESSION_CHARS,
    description: "Plain notation, such as 12*(3+4)^2 or diff(x^3*sin(x), x)..",
  }),
});

/** `calculate` does exact arithmetic, algebra and calculus; see `Calculated` for the output. */
export const calculateTool = (workers: MathsWorkers): Tool<typeof Input> => ({
  name: "calculate",
  description:
    "Computes exactly: arithmetic with fractions, decimals and big integers; simplify(f), expand(f), factor(f); diff(f, x) or diff(f, x, 2); " +
    "integrate(f, x); defint(f, a, b, x); limit(f, x, a), limit(f, x, 0, right), a may be Infinity; sum(f, n, 1, 10), product(f, n, 1, 10); " +
    "partfrac(f); gcd, lcm, mod, factorial, binomial(n, k), permutations(n, k); base(1010, 2, 10); percent(80, 200); mean, median, mode, variance, deviation of numbers; " +
    "det([[1,2],[3,4]]), inverse, matmul; distance((0,0),(3,4)), slope, midpoint; tangent(f, x, a), vertex(f, x), extrema(f, x); " +
    "value(f, x, 2), value(f, [x+1/x-3]) for f where each of these is zero. Results are checked numerically. log(x) is natural; log10(x), log(x, base), pi, e, i exist.",
  input: Input,
  // biome-ignore lint/correctness/useYield: the contract requires a generator, and this tool yields no events.
  async *call({ expression }, owner) {
    return await workers.run({ kind: "calculate", expression }, owner);
  },
});
