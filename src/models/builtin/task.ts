import type { Equation, Expr } from "./expression.ts";

/** What a question asks for, as far as the built-in model understands questions. */
export type Task =
  | { readonly kind: "equations"; readonly equations: readonly Equation[]; readonly variables: readonly string[] }
  | { readonly kind: "arithmetic"; readonly of: Expr }
  | { readonly kind: "derivative"; readonly of: Expr; readonly variable: string; readonly order: number }
  | { readonly kind: "integral"; readonly of: Expr; readonly variable: string; readonly bounds: Bounds | null }
  | { readonly kind: "limit"; readonly of: Expr; readonly variable: string; readonly to: Expr; readonly side: Side }
  | { readonly kind: "sum"; readonly of: Expr; readonly variable: string; readonly bounds: Bounds }
  | { readonly kind: "rewrite"; readonly how: Rewriting; readonly of: Expr }
  | {
      readonly kind: "plot";
      readonly of: readonly Expr[];
      readonly variable: string;
      readonly from: number;
      readonly to: number;
    };
export type TaskOf<K extends Task["kind"]> = Extract<Task, { kind: K }>;
export type Rewriting = "factor" | "expand" | "simplify";

/** From which side a limit is approached; null for both. */
export type Side = "left" | "right" | null;

interface Bounds {
  readonly from: Expr;
  readonly to: Expr;
}
