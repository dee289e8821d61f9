import { contains, type Expression } from "../../../notation/expression.ts";

export const isX = (expr: Expression, x: string): boolean => expr.kind === "name" && expr.name === x;

/** Returns the inner part of a composite function: the argument, base or exponent that is more than x alone. */
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
