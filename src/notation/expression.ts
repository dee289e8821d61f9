/** A formula as a tree, used for reading, computing and printing. It holds mathematics only, no words and no layout. */
export type Expression =
  /** The digits as written, with a decimal point or an exponent of ten. The parser never rounds them. */
  | { readonly kind: "number"; readonly text: string }
  /** An unknown, or one of the constants `pi`, `e`, `i`, `Infinity`. Greek letters are spelled by name: `theta`. */
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "negative"; readonly of: Expression }
  | { readonly kind: "operation"; readonly sign: Sign; readonly left: Expression; readonly right: Expression }
  /** A function of `functions.ts`, or `list` for `[1, 2]` and `point` for `(1, 2)`. `log` is natural. */
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] };
export type Sign = "+" | "-" | "*" | "/" | "^";

/** One equation, `left = right`. */
export interface Equation {
  readonly left: Expression;
  readonly right: Expression;
}

export type Relation = "=" | "<" | ">" | "≤" | "≥" | "≠";

/** Formulas with relations between them, `0 ≤ x < 2`. There is one more side than there are relations. */
export interface Comparison {
  readonly sides: readonly Expression[];
  readonly relations: readonly Relation[];
}

export const CONSTANTS: ReadonlySet<string> = new Set(["pi", "e", "i", "Infinity"]);

/** Returns a whole number as a tree. A negative one is the negative of a positive one. */
export const number = (value: number | bigint): Expression =>
  value < 0 ? { kind: "negative", of: number(-value) } : { kind: "number", text: String(value) };
export const name = (text: string): Expression => ({ kind: "name", name: text });
export const negative = (of: Expression): Expression => ({ kind: "negative", of });
export const call = (text: string, ...args: readonly Expression[]): Expression => ({ kind: "call", name: text, args });
export const operation = (sign: Sign, left: Expression, right: Expression): Expression => ({
  kind: "operation",
  sign,
  left,
  right,
});

/** Multiplies by a part that is a quotient: 15% of 240 is 240*15/100, as one computes it by hand. */
export const product = (of: Expression, part: Expression): Expression =>
  part.kind === "operation" && part.sign === "/"
    ? operation("/", operation("*", of, part.left), part.right)
    : operation("*", of, part);

const children = (expression: Expression): readonly Expression[] => {
  switch (expression.kind) {
    case "number":
    case "name":
      return [];
    case "negative":
      return [expression.of];
    case "operation":
      return [expression.left, expression.right];
    case "call":
      return expression.args;
  }
};

/** Returns the unknowns in order of appearance, each once and without the constants. */
export const unknowns = (...expressions: readonly Expression[]): readonly string[] => {
  const found = new Set<string>();
  const visit = (part: Expression): void => {
    if (part.kind === "name" && !CONSTANTS.has(part.name)) found.add(part.name);
    children(part).forEach(visit);
  };
  expressions.forEach(visit);
  return [...found];
};

/** Whether any part of the expression satisfies the test. */
export const some = (expression: Expression, test: (part: Expression) => boolean): boolean =>
  test(expression) || children(expression).some((child) => some(child, test));

export const contains = (expression: Expression, unknown: string): boolean =>
  some(expression, (part) => part.kind === "name" && part.name === unknown);

/** Returns the tree with each node replaced by the result of `change`, from the leaves up. */
export const rewrite = (expression: Expression, change: (part: Expression) => Expression): Expression => {
  const inside = (part: Expression): Expression => rewrite(part, change);
  switch (expression.kind) {
    case "number":
    case "name":
      return change(expression);
    case "negative":
      return change({ ...expression, of: inside(expression.of) });
    case "operation":
      return change({ ...expression, left: inside(expression.left), right: inside(expression.right) });
    case "call":
      return change({ ...expression, args: expression.args.map(inside) });
  }
};

/** Replaces unknowns by values. */
export const substitute = (expression: Expression, values: ReadonlyMap<string, Expression>): Expression =>
  rewrite(expression, (part) => (part.kind === "name" ? (values.get(part.name) ?? part) : part));

/** Replaces one unknown everywhere. */
export const replace = (expression: Expression, unknown: string, value: Expression): Expression =>
  substitute(expression, new Map([[unknown, value]]));
