import { type Equation, type Expr, variablesOf } from "./expression.ts";
import { GREEK } from "./greek.ts";

const STRENGTH = { "+": 1, "-": 1, "*": 2, "/": 2, "^": 4 } as const;

const strengthOf = (expr: Expr): number => {
  if (expr.kind === "binary") return STRENGTH[expr.op];
  return expr.kind === "negate" ? 1.5 : 5;
};

interface Style {
  readonly name: (name: string) => string;
  readonly minus: string;
  readonly spaced: boolean;
  /** What stands between two factors. */
  readonly times: (left: Expr, right: Expr, rightText: string) => string;
  readonly call: (name: string, args: readonly string[]) => string;
  readonly factorial: (of: string) => string;
}

const print = (expr: Expr, style: Style): string => {
  const inside = (child: Expr, least: number): string => {
    const text = print(child, style);
    return strengthOf(child) < least ? `(${text})` : text;
  };
  switch (expr.kind) {
    case "number":
      return expr.text;
    case "symbol":
      return style.name(expr.name);
    case "call":
      return style.call(
        expr.name,
        expr.args.map((arg) => print(arg, style)),
      );
    case "negate":
      return `${style.minus}${inside(expr.of, 2)}`;
    case "factorial":
      return style.factorial(inside(expr.of, 5));
    case "binary": {
      const { op, left, right } = expr;
      const gap = style.spaced ? " " : "";
      if (op === "+") return `${inside(left, 1)}${gap}+${gap}${inside(right, 2)}`;
      if (op === "-") return `${inside(left, 1)}${gap}${style.minus}${gap}${inside(right, 2)}`;
      if (op === "/") return `${inside(left, 2)}/${inside(right, 4)}`;
      if (op === "^") return `${inside(left, 5)}^${inside(right, 5)}`;
      const rightText = inside(right, right.kind === "binary" && right.op === "*" ? 3 : 2);
      return `${inside(left, 2)}${style.times(left, right, rightText)}${rightText}`;
    }
  }
};

/** Every sign written out; `log` is the natural logarithm, as in computer algebra. */
const TOOL: Style = {
  name: (name) => GREEK.get(name) ?? name,
  minus: "-",
  spaced: false,
  times: () => "*",
  call: (name, args) => {
    if (name === "ln") return `log(${args.join(",")})`;
    if (name === "log") return args[1] === undefined ? `log10(${args[0]})` : `log(${args.join(",")})`;
    if (name === "exp") return `(e^(${args.join(",")}))`;
    if (name === "cbrt") return `((${args.join(",")})^(1/3))`;
    return `${name}(${args.join(",")})`;
  },
  factorial: (of) => `factorial(${of})`,
};

/** A variable, or a whole power of one: these stand side by side without a sign. */
const isLetter = (expr: Expr): boolean =>
  expr.kind === "symbol" ||
  (expr.kind === "binary" && expr.op === "^" && expr.left.kind === "symbol" && expr.right.kind === "number");
/** The factor that the next one stands beside. */
const lastFactor = (expr: Expr): Expr => (expr.kind === "binary" && expr.op === "*" ? expr.right : expr);

/** As it is written by hand: `3x^2 - 2·sin(x)`. No asterisk, which Markdown would take for emphasis. */
const HAND: Style = {
  name: (name) => ({ pi: "π", Infinity: "∞" })[name] ?? name,
  minus: "-",
  spaced: true,
  times: (left, right, rightText) => {
    const last = lastFactor(left);
    if (last.kind === "number")
      return /^\d/.test(rightText) || (variablesOf(right).length === 0 && !isLetter(right)) ? "·" : "";
    if (isLetter(last)) return isLetter(right) ? "" : "·";
    return rightText.startsWith("(") && strengthOf(last) === 1 && variablesOf(right).length > 0 ? "" : "·";
  },
  call: (name, args) => {
    if (name === "sqrt") return /^(?:\d+|.)$/u.test(args[0] ?? "") ? `√${args[0]}` : `√(${args[0]})`;
    if (name === "cbrt") return `∛(${args.join(", ")})`;
    if (name === "abs") return `|${args.join(", ")}|`;
    if (name === "log" && args[1] !== undefined) return `log_${args[1]}(${args[0]})`;
    return `${name}(${args.join(", ")})`;
  },
  factorial: (of) => `${of}!`,
};

/** For a tool's input. */
export const toTool = (expr: Expr): string => print(expr, TOOL);
export const equationToTool = ({ left, right }: Equation): string => `${toTool(left)}=${toTool(right)}`;
/** For people. */
export const toText = (expr: Expr): string => print(expr, HAND);
export const equationToText = ({ left, right }: Equation): string => `${toText(left)} = ${toText(right)}`;
