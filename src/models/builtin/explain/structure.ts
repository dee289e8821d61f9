import { contains, type Expr } from "../expression.ts";

/** Is it the variable itself? */
export const isX = (expr: Expr, x: string): boolean => expr.kind === "symbol" && expr.name === x;

/** What is inside of a composite function: the argument, the base or the exponent that is more than x alone. */
export const innerOf = (expr: Expr, x: string): Expr | null => {
  const inner =
    expr.kind === "call"
      ? expr.args[0]
      : expr.kind === "binary" && expr.op === "^"
        ? contains(expr.left, x)
          ? expr.left
          : expr.right
        : undefined;
  return inner !== undefined && contains(inner, x) && !isX(inner, x) ? inner : null;
};
