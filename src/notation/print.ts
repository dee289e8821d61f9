import { type Equation, type Expression, unknowns } from "./expression.ts";
import { GREEK } from "./functions.ts";

/** Formats for machines: every operation in parentheses. */
export const print = (expression: Expression): string => {
  switch (expression.kind) {
    case "number":
      return expression.text;
    case "name":
      return expression.name;
    case "negative":
      return `(-${print(expression.of)})`;
    case "operation":
      return `(${print(expression.left)}${expression.sign}${print(expression.right)})`;
    case "call":
      return `${expression.name}(${expression.args.map(print).join(",")})`;
  }
};

const STRENGTH = { "+": 1, "-": 1, "*": 2, "/": 2, "^": 4 } as const;

const strengthOf = (expr: Expression): number => {
  if (expr.kind === "operation") return STRENGTH[expr.sign];
  return expr.kind === "negative" ? 1.5 : 5;
};

interface Style {
  readonly name: (name: string) => string;
  readonly minus: string;
  readonly spaced: boolean;
  /** Returns the text between two factors. */
  readonly times: (left: Expression, right: Expression, rightText: string) => string;
  readonly call: (name: string, args: readonly string[]) => string;
}

const styled = (expr: Expression, style: Style): string => {
  const inside = (child: Expression, least: number): string => {
    const text = styled(child, style);
    return strengthOf(child) < least ? `(${text})` : text;
  };
  switch (expr.kind) {
    case "number":
      return expr.text;
    case "name":
      return style.name(expr.name);
    case "call":
      return style.call(
        expr.name,
        expr.args.map((arg) => styled(arg, style)),
      );
    case "negative": {
      const of = inside(expr.of, 2);
      return of.startsWith(style.minus) ? `${style.minus}(${of})` : `${style.minus}${of}`;
    }
    case "operation": {
      const { sign: op, left, right } = expr;
      const gap = style.spaced ? " " : "";
      if (op === "+") return `${inside(left, 1)}${gap}+${gap}${inside(right, 2)}`;
      if (op === "-") return `${inside(left, 1)}${gap}${style.minus}${gap}${inside(right, 2)}`;
      if (op === "/") return `${inside(left, 2)}/${inside(right, 4)}`;
      // `x^1/2` would be rejected as ambiguous.
      if (op === "^")
        return `${inside(left, 5)}^${right.kind === "number" && right.text === "1" ? "(1)" : inside(right, 5)}`;
      // `a*(b/c)` and `a*b/c` are equal, but their last computed digits may differ.
      const rightText = inside(right, 3);
      return `${inside(left, 2)}${style.times(left, right, rightText)}${rightText}`;
    }
  }
};

/** The notation itself: every sign is explicit, and parentheses only where needed. */
const TOOL: Style = {
  name: (name) => name,
  minus: "-",
  spaced: false,
  times: () => "*",
  call: (name, args) => {
    if (name === "list") return `[${args.join(",")}]`;
    if (name === "point") return `(${args.join(",")})`;
    if (name === "exp") return `(e^(${args.join(",")}))`;
    // The real root of a number; for an unknown the power, which can be differentiated.
    return name === "cbrt" && /[a-z]/i.test(args[0] ?? "")
      ? `((${args.join(",")})^(1/3))`
      : `${name}(${args.join(",")})`;
  },
};

/** A variable or a whole power of one. These stand side by side without a sign. */
const isLetter = (expr: Expression): boolean =>
  expr.kind === "name" ||
  (expr.kind === "operation" && expr.sign === "^" && expr.left.kind === "name" && expr.right.kind === "number");
/** Returns the factor next to the following one. */
const lastFactor = (expr: Expression): Expression =>
  expr.kind === "operation" && expr.sign === "*" ? expr.right : expr;

const SIGNS: ReadonlyMap<string, string> = new Map([
  ...[...GREEK].map(([sign, name]): [string, string] => [name, sign]),
  ["pi", "π"],
  ["Infinity", "∞"],
]);

/** As written by hand: `3x^2 - 2·sin(x)`. There is no asterisk, which Markdown would read as emphasis. */
const HAND: Style = {
  name: (name) => SIGNS.get(name) ?? name,
  minus: "-",
  spaced: true,
  times: (left, right, rightText) => {
    const last = lastFactor(left);
    if (last.kind === "number")
      return /^\d/.test(rightText) || (unknowns(right).length === 0 && !isLetter(right)) ? "·" : "";
    if (isLetter(last)) return isLetter(right) ? "" : "·";
    return rightText.startsWith("(") && strengthOf(last) === 1 && unknowns(right).length > 0 ? "" : "·";
  },
  call: (name, args) => {
    if (name === "sqrt") return /^(?:\d+|.)$/u.test(args[0] ?? "") ? `√${args[0]}` : `√(${args[0]})`;
    if (name === "cbrt") return `∛(${args.join(", ")})`;
    if (name === "abs") return `|${args.join(", ")}|`;
    if (name === "log10") return `log(${args[0]})`;
    if (name === "log2") return `log_2(${args[0]})`;
    if (name === "log") return args[1] === undefined ? `ln(${args[0]})` : `log_${args[1]}(${args[0]})`;
    if (name === "factorial") return /^(?:\d+|.)$/u.test(args[0] ?? "") ? `${args[0]}!` : `(${args[0]})!`;
    if (name === "nthroot" && args[1] !== undefined) return `(${args[0]})^(1/${args[1]})`;
    if (name === "list") return `[${args.join(", ")}]`;
    if (name === "point") return `(${args.join(", ")})`;
    return `${name}(${args.join(", ")})`;
  },
};

/** Formats a tool's input or a label: `2*x^2+sqrt(x)`. */
export const toTool = (expr: Expression): string => styled(expr, TOOL);
/** The same for equations and plots, which need real roots: x^(1/3) has no real value for a negative x there. */
const REAL: Style = {
  ...TOOL,
  call: (name, args) => (name === "cbrt" ? `cbrt(${args.join(",")})` : TOOL.call(name, args)),
};
export const realToTool = (expr: Expression): string => styled(expr, REAL);
export const equationToTool = ({ left, right }: Equation): string => `${realToTool(left)}=${realToTool(right)}`;
/** Formats for people. */
export const toText = (expr: Expression): string => styled(expr, HAND);
export const equationToText = ({ left, right }: Equation): string => `${toText(left)} = ${toText(right)}`;
