import type { Comparison, Equation, Expression } from "../../notation/expression.ts";

/** What a question asks for, as far as the built-in model understands it. */
export type Task =
  | {
      readonly kind: "equations";
      readonly equations: readonly Equation[];
      readonly variables: readonly string[];
      /** The condition that a solution must also satisfy: `0 ≤ x < 2π`. */
      readonly within: readonly Comparison[];
      /** Only real solutions are requested. */
      readonly isReal: boolean;
    }
  | { readonly kind: "inequalities"; readonly of: readonly Comparison[]; readonly variable: string }
  | { readonly kind: "arithmetic"; readonly of: Expression }
  | { readonly kind: "derivative"; readonly of: Expression; readonly variable: string; readonly order: number }
  | { readonly kind: "integral"; readonly of: Expression; readonly variable: string; readonly bounds: Bounds | null }
  | {
      readonly kind: "limit";
      readonly of: Expression;
      readonly variable: string;
      readonly to: Expression;
      readonly side: Side;
    }
  | { readonly kind: "sum"; readonly of: Expression; readonly variable: string; readonly bounds: Bounds }
  | { readonly kind: "rewrite"; readonly how: Rewriting; readonly of: Expression }
  | { readonly kind: "command"; readonly command: Command; readonly args: readonly Expression[] }
  | {
      readonly kind: "plot";
      readonly of: readonly Expression[];
      readonly variable: string;
      readonly from: number;
      readonly to: number;
    };
export type TaskOf<K extends Task["kind"]> = Extract<Task, { kind: K }>;
export type Rewriting = "factor" | "expand" | "simplify" | "partfrac";

/** Commands of `calculate` that the model only passes on, together with their steps. */
export type Command =
  | "gcd"
  | "lcm"
  | "mod"
  | "mean"
  | "median"
  | "mode"
  | "variance"
  | "deviation"
  | "binomial"
  | "permutations"
  | "base"
  | "percent"
  | "distance"
  | "slope"
  | "midpoint"
  | "tangent"
  | "vertex"
  | "extrema"
  | "det"
  | "inverse"
  | "matmul"
  | "value";

/** The side from which a limit is approached. Null for both. */
type Side = "left" | "right" | null;

interface Bounds {
  readonly from: Expression;
  readonly to: Expression;
}
