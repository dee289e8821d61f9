/** A formula as a tree. The built-in model reads, prints and measures formulas; it leaves the algebra to the tools. */
export type Expr =
  | { readonly kind: "number"; readonly text: string }
  /** A variable, or one of the constants `pi`, `e`, `i`, `Infinity`. */
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: "binary"; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "negate"; readonly of: Expr }
  | { readonly kind: "factorial"; readonly of: Expr };
export type BinaryOp = "+" | "-" | "*" | "/" | "^";

export interface Equation {
  readonly left: Expr;
  readonly right: Expr;
}

export const number = (value: number | bigint | string): Expr => ({ kind: "number", text: String(value) });
export const symbol = (name: string): Expr => ({ kind: "symbol", name });
export const call = (name: string, ...args: readonly Expr[]): Expr => ({ kind: "call", name, args });
export const binary = (op: BinaryOp, left: Expr, right: Expr): Expr => ({ kind: "binary", op, left, right });
export const negate = (of: Expr): Expr => ({ kind: "negate", of });

const CONSTANTS: ReadonlySet<string> = new Set(["pi", "e", "i", "Infinity"]);

const children = (expr: Expr): readonly Expr[] => {
  switch (expr.kind) {
    case "number":
    case "symbol":
      return [];
    case "call":
      return expr.args;
    case "binary":
      return [expr.left, expr.right];
    default:
      return [expr.of];
  }
};

/** The variables in it, in alphabetical order, each once. */
export const variablesOf = (...exprs: readonly Expr[]): string[] => {
  const names = new Set<string>();
  const visit = (expr: Expr): void => {
    if (expr.kind === "symbol" && !CONSTANTS.has(expr.name)) names.add(expr.name);
    children(expr).forEach(visit);
  };
  exprs.forEach(visit);
  return [...names].sort();
};

export const contains = (expr: Expr, variable: string): boolean =>
  expr.kind === "symbol" ? expr.name === variable : children(expr).some((child) => contains(child, variable));

/** The same tree with each node, from the leaves up, replaced by what `change` makes of it. */
export const rewrite = (expr: Expr, change: (expr: Expr) => Expr): Expr => {
  switch (expr.kind) {
    case "number":
    case "symbol":
      return change(expr);
    case "call":
      return change({ ...expr, args: expr.args.map((arg) => rewrite(arg, change)) });
    case "binary":
      return change({ ...expr, left: rewrite(expr.left, change), right: rewrite(expr.right, change) });
    default:
      return change({ ...expr, of: rewrite(expr.of, change) });
  }
};

/** `expr` with values in place of variables. */
export const substitute = (expr: Expr, values: ReadonlyMap<string, Expr>): Expr =>
  rewrite(expr, (node) => (node.kind === "symbol" ? (values.get(node.name) ?? node) : node));
