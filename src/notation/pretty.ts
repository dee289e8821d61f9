import type { Expression } from "./expression.ts";

/** Returns how tightly an expression binds: sum 1, negation 1.5, product 2, power 3, atom 4. */
const binding = (expression: Expression): number => {
  if (expression.kind === "negative") return 1.5;
  if (expression.kind !== "operation") return 4;
  return expression.sign === "^" ? 3 : expression.sign === "*" || expression.sign === "/" ? 2 : 1;
};
const wrap = (expression: Expression, least: number): string =>
  binding(expression) < least ? `(${pretty(expression)})` : pretty(expression);

interface Factors {
  negative: boolean;
  readonly top: Expression[];
  readonly bottom: Expression[];
}

/** Flattens products and quotients, and moves x^(-n) to the denominator. */
const factors = (expression: Expression, into: Factors, below: boolean): Factors => {
  if (expression.kind === "negative") {
    into.negative = !into.negative;
    return factors(expression.of, into, below);
  }
  if (expression.kind === "operation" && (expression.sign === "*" || expression.sign === "/")) {
    factors(expression.left, into, below);
    return factors(expression.right, into, expression.sign === "/" ? !below : below);
  }
  if (expression.kind === "operation" && expression.sign === "^" && expression.right.kind === "negative") {
    const isOne = expression.right.of.kind === "number" && expression.right.of.text === "1";
    return factors(isOne ? expression.left : { ...expression, right: expression.right.of }, into, !below);
  }
  if (!(expression.kind === "number" && expression.text === "1")) (below ? into.bottom : into.top).push(expression);
  return into;
};

const product = (parts: readonly Expression[]): string => {
  const isNumber = (part: Expression): boolean =>
    part.kind === "number" || (part.kind === "operation" && isNumber(part.left) && isNumber(part.right));
  return [...parts.filter(isNumber), ...parts.filter((part) => !isNumber(part))]
    .map((part) => wrap(part, 2.5))
    .join("*");
};

const quotient = ({ negative, top, bottom }: Factors): string => {
  const sign = negative ? "-" : "";
  const above = top.length === 0 ? "1" : product(top);
  if (bottom.length === 0) return top.length === 1 && top[0] ? `${sign}${wrap(top[0], 2)}` : sign + above;
  return `${sign}${above}/${bottom.length > 1 ? `(${product(bottom)})` : product(bottom)}`;
};

const terms = (expression: Expression, negative: boolean, into: string[]): string[] => {
  if (expression.kind === "operation" && (expression.sign === "+" || expression.sign === "-")) {
    terms(expression.left, negative, into);
    return terms(expression.right, expression.sign === "-" ? !negative : negative, into);
  }
  if (expression.kind === "negative") return terms(expression.of, !negative, into);
  const text = quotient(factors(expression, { negative, top: [], bottom: [] }, false));
  into.push(text);
  return into;
};

/**
 * Formats for people: no needless parentheses, `a*b/c` instead of `a*b*c^(-1)`, positive terms first. The meaning is
 * unchanged.
 */
export const pretty = (expression: Expression): string => {
  switch (expression.kind) {
    case "number":
      return expression.text;
    case "name":
      return expression.name;
    case "call":
      return `${expression.name}(${expression.args.map(pretty).join(", ")})`;
    case "negative":
      return sum(expression);
    case "operation":
      if (expression.sign === "^") {
        if (expression.right.kind === "negative") return sum(expression);
        const half = pretty(expression.right) === "1/2";
        return half
          ? `sqrt(${pretty(expression.left)})`
          : `${wrap(expression.left, 3.5)}^${wrap(expression.right, 3.5)}`;
      }
      return sum(expression);
  }
};

const sum = (expression: Expression): string => {
  const all = terms(expression, false, []);
  const ordered = [...all.filter((term) => !term.startsWith("-")), ...all.filter((term) => term.startsWith("-"))];
  return ordered.reduce(
    (text, term) => (text === "" ? term : term.startsWith("-") ? text + term : `${text}+${term}`),
    "",
  );
};
