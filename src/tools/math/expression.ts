import { ToolError } from "../contract.ts";
import { fromLatex } from "../latex.ts";
import { FUNCTIONS, tokens } from "../notation.ts";

/** A parsed expression of the plain notation. */
export type Expression =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "negative"; readonly of: Expression }
  | { readonly kind: "operation"; readonly sign: Sign; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] };
export type Sign = "+" | "-" | "*" | "/" | "^";

export const MAX_EXPRESSION_CHARS = 500;
const MAX_DEPTH = 40;
/** Of what a symbolic computation answers; no user or model writes that much. */
export const MAX_ANSWER_CHARS = 5_000;

export const CONSTANTS: ReadonlySet<string> = new Set(["pi", "e", "i", "Infinity"]);

export const number = (value: number | bigint): Expression =>
  value < 0 ? { kind: "negative", of: number(-value) } : { kind: "number", text: String(value) };
export const operation = (sign: Sign, left: Expression, right: Expression): Expression => ({
  kind: "operation",
  sign,
  left,
  right,
});

const BINDING: Readonly<Record<string, number>> = { "+": 1, "-": 1, "*": 2, "/": 2, "%": 2, "^": 4 };
const UNARY_BINDING = 3;

/** A Pratt parser over the tokens of `notation.ts`. `-x^2` is -(x^2), `2^3^2` is 2^(3^2), `1/2*x` is (1/2)*x. */
class Parser {
  #at = 0;
  #depth = 0;
  #insideBars = 0;
  constructor(
    private readonly tokens: readonly string[],
    private readonly maxDigits: number,
  ) {}

  parse(): Expression {
    const expression = this.#expression(0);
    if (this.#at < this.tokens.length) this.#fail(`unexpected "${this.tokens[this.#at]}"`);
    return expression;
  }

  #fail(reason: string): never {
    throw new ToolError(
      `Cannot read the expression near position ${this.#at + 1} of "${this.tokens.join("").slice(0, 80)}": ${reason}. ` +
        "Write it in plain notation such as 2*x^2 + sqrt(x) - sin(pi/3).",
    );
  }

  #take(token: string): boolean {
    if (this.tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #expression(binding: number): Expression {
    if (++this.#depth > MAX_DEPTH)
      throw new ToolError(`The expression is nested deeper than ${MAX_DEPTH} levels; simplify it.`);
    let left = this.#prefix();
    for (;;) {
      const sign = this.tokens[this.#at];
      if (sign === "!") {
        this.#at++;
        left = { kind: "call", name: "factorial", args: [left] };
        continue;
      }
      if (sign === "|" && this.#insideBars === 0) {
        if (binding >= 2) break;
        left = operation("*", left, this.#expression(2));
        continue;
      }
      const strength = sign === undefined ? undefined : BINDING[sign];
      if (sign === undefined || strength === undefined || strength <= binding) break;
      this.#at++;
      if (sign === "%") {
        left = this.#percent(left, strength);
        continue;
      }
      const right = this.#expression(sign === "^" ? strength - 1.5 : strength);
      left = operation(sign as Sign, left, right);
    }
    this.#depth--;
    return left;
  }

  /** `50%` is 50/100; `50 % 7` is the remainder. */
  #percent(left: Expression, strength: number): Expression {
    const next = this.tokens[this.#at];
    const isRemainder = next !== undefined && /^[A-Za-z0-9.(]/u.test(next);
    if (!isRemainder) return operation("/", left, number(100));
    return { kind: "call", name: "mod", args: [left, this.#expression(strength)] };
  }

  #prefix(): Expression {
    const token = this.tokens[this.#at];
    if (token === undefined) this.#fail("it ends too early");
    this.#at++;
    if (token === "-") return { kind: "negative", of: this.#expression(UNARY_BINDING - 0.5) };
    if (token === "+") return this.#expression(UNARY_BINDING - 0.5);
    if (token === "(") {
      const inner = this.#outsideBars(() => this.#expression(0));
      if (!this.#take(")")) this.#fail('a ")" is missing');
      return inner;
    }
    if (token === "|") {
      this.#insideBars++;
      const inner = this.#expression(0);
      this.#insideBars--;
      if (!this.#take("|")) this.#fail('a "|" is missing');
      return { kind: "call", name: "abs", args: [inner] };
    }
    if (/^\.?\d/u.test(token)) return this.#number(token);
    if (!/^[A-Za-z]/u.test(token)) this.#fail(`unexpected "${token}"`);
    if (this.tokens[this.#at] !== "(") {
      if (FUNCTIONS.has(token)) this.#fail(`the function ${token} lacks its argument in parentheses`);
      return { kind: "name", name: token };
    }
    if (!FUNCTIONS.has(token)) this.#fail(`there is no function ${token}`);
    return { kind: "call", name: token, args: this.#arguments() };
  }

  #outsideBars<T>(inner: () => T): T {
    const bars = this.#insideBars;
    this.#insideBars = 0;
    const result = inner();
    this.#insideBars = bars;
    return result;
  }

  #arguments(): readonly Expression[] {
    this.#at++;
    const args = [this.#outsideBars(() => this.#expression(0))];
    while (this.#take(",")) args.push(this.#outsideBars(() => this.#expression(0)));
    if (!this.#take(")")) this.#fail('a ")" is missing');
    return args;
  }

  #number(token: string): Expression {
    const [mantissa = "0", power = "0"] = token.toLowerCase().split("e");
    if (mantissa.length > this.maxDigits || Math.abs(Number(power)) > this.maxDigits)
      throw new ToolError(`A number has more than ${this.maxDigits} digits; use smaller numbers.`);
    return { kind: "number", text: token };
  }
}

/**
 * Reads an expression of at most `maxChars` characters, nested at most 40 deep; throws a ToolError that names the mistake.
 */
export const parse = (text: string, maxChars = MAX_EXPRESSION_CHARS): Expression => {
  if (text.length > maxChars) throw new ToolError(`The expression is longer than ${maxChars} characters; shorten it.`);
  return new Parser(tokens(fromLatex(text)), maxChars).parse();
};

/** For machines: every operation in parentheses. */
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

/** The unknowns of an expression, in order of appearance; constants are none. */
export const unknowns = (expression: Expression): readonly string[] => {
  const found = new Set<string>();
  const visit = (part: Expression): void => {
    if (part.kind === "name" && !CONSTANTS.has(part.name)) found.add(part.name);
    children(part).forEach(visit);
  };
  visit(expression);
  return [...found];
};

/** Whether any part of the expression satisfies the test. */
export const some = (expression: Expression, test: (part: Expression) => boolean): boolean =>
  test(expression) || children(expression).some((child) => some(child, test));

/** The expression with a name replaced by another expression everywhere. */
export const substitute = (expression: Expression, name: string, value: Expression): Expression => {
  const inside = (part: Expression): Expression => substitute(part, name, value);
  switch (expression.kind) {
    case "number":
      return expression;
    case "name":
      return expression.name === name ? value : expression;
    case "negative":
      return { kind: "negative", of: inside(expression.of) };
    case "operation":
      return operation(expression.sign, inside(expression.left), inside(expression.right));
    case "call":
      return { kind: "call", name: expression.name, args: expression.args.map(inside) };
  }
};
