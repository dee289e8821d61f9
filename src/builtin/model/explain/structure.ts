import { contains, type Expression } from "../../../notation/expression.ts";

/** Is it the variable itself? */
export const isX = (expr: Expression, x: string): boolean => expr.kind === "name" && expr.name === x;

/** What is inside of a composite function: the argument, the base or the exponent that is more than x alone. */
export const innerOf = (expr: Expression, x: string): Expression | null => {
  const inner =
    expr.kind === "call"
      ? expr.args[0]
      : expr.kind === "operation" && expr.sign === "^"
        ? contains(expr.left, x)
          ? expr.left
          : expr.right
        : undefined;
  return inner !== undefined && contains(inner, x) && !isX(inner, x) ? inner : null;
};
