import { binary, call, type Equation, type Expr, negate, number, symbol } from "./expression.ts";
import { lex, type Token } from "./lex.ts";

/** More than this and it is no question for a person: 400 tokens, 60 levels of nesting. */
const MAX_TOKENS = 400;
const MAX_DEPTH = 60;

class NotAFormula extends Error {}

/**
 * Precedence climbing over tokens: sums, products (also without a sign: `2x`, `x sin x`), signs, powers (to the right),
 * factorial and percent. `1/2x` is half of x, as in most computer algebra.
 */
class Parser {
  #at = 0;
  #depth = 0;
  #bars = 0;
  constructor(readonly tokens: readonly Token[]) {}

  whole(): Expr {
    const expr = this.#sum();
    if (this.#at < this.tokens.length) throw new NotAFormula();
    return expr;
  }

  #operator(): string | null {
    const token = this.tokens[this.#at];
    return token?.kind === "operator" ? token.text : null;
  }

  #take(operator: string): boolean {
    if (this.#operator() !== operator) return false;
    this.#at += 1;
    return true;
  }

  #expect(operator: string): void {
    if (!this.#take(operator)) throw new NotAFormula();
  }

  #sum(): Expr {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new NotAFormula();
    let left = this.#product();
    for (let op = this.#operator(); op === "+" || op === "-"; op = this.#operator()) {
      this.#at += 1;
      left = binary(op, left, this.#product());
    }
    this.#depth -= 1;
    return left;
  }

  #product(): Expr {
    let left = this.#signed();
    for (;;) {
      const op = this.#operator();
      if (op === "*" || op === "/") {
        this.#at += 1;
        left = binary(op, left, this.#signed());
      } else if (this.#startsFactor()) {
        const next = this.tokens[this.#at];
        // `3 5` is two numbers, not fifteen.
        if (next?.kind === "number" && (this.tokens[this.#at - 1]?.kind === "number" || this.#followsPercent())) {
          throw new NotAFormula();
        }
        left = binary("*", left, this.#power());
      } else return left;
    }
  }

  #followsPercent(): boolean {
    const before = this.tokens[this.#at - 1];
    return before?.kind === "operator" && before.text === "%";
  }

  #startsFactor(): boolean {
    const token = this.tokens[this.#at];
    if (token === undefined) return false;
    if (token.kind !== "operator") return true;
    return token.text === "(" || token.text === "√" || (token.text === "|" && this.#bars === 0);
  }

  #signed(): Expr {
    // Counted, not recursed: `------1` is long, not deep.
    let negative = false;
    for (let op = this.#operator(); op === "+" || op === "-"; op = this.#operator()) {
      if (op === "-") negative = !negative;
      this.#at += 1;
    }
    const power = this.#power();
    return negative ? negate(power) : power;
  }

  #power(): Expr {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new NotAFormula();
    let base = this.#postfix();
    if (this.#take("^")) base = binary("^", base, this.#signed());
    this.#depth -= 1;
    return base;
  }

  #postfix(): Expr {
    let expr = this.#primary();
    for (;;) {
      if (this.#take("!")) expr = { kind: "factorial", of: expr };
      else if (this.#take("%")) expr = binary("/", expr, number(100));
      else return expr;
    }
  }

  #primary(): Expr {
    const token = this.tokens[this.#at];
    if (token === undefined) throw new NotAFormula();
    this.#at += 1;
    if (token.kind === "number") return number(token.text);
    if (token.kind === "symbol") return symbol(token.text);
    if (token.kind === "function") return this.#call(token.text);
    if (token.kind === "operator" && token.text === "(") {
      const outside = this.#bars;
      this.#bars = 0;
      const expr = this.#sum();
      this.#bars = outside;
      this.#expect(")");
      return expr;
    }
    if (token.kind === "operator" && token.text === "√") return call("sqrt", this.#postfix());
    if (token.kind === "operator" && token.text === "|") {
      this.#bars += 1;
      const expr = this.#sum();
      this.#bars -= 1;
      this.#expect("|");
      return call("abs", expr);
    }
    throw new NotAFormula();
  }

  /** `sin(x)`, `sin x`, `sin 2x`, `sin^2 x`; `sin^-1 x` is the inverse. */
  #call(name: string): Expr {
    const power = this.#take("^") ? this.#signed() : null;
    const args = this.#take("(") ? this.#arguments() : [this.#bareArgument()];
    if (power === null) return call(name, ...args);
    const isInverse = power.kind === "negate" && power.of.kind === "number" && power.of.text === "1";
    if (isInverse && /^(?:sin|cos|tan)$/.test(name)) return call(`a${name}`, ...args);
    return binary("^", call(name, ...args), power);
  }

  #arguments(): Expr[] {
    const args = [this.#sum()];
    while (this.#take(",")) args.push(this.#sum());
    this.#expect(")");
    return args;
  }

  #bareArgument(): Expr {
    let argument = this.#power();
    for (let next = this.tokens[this.#at]; next?.kind === "symbol"; next = this.tokens[this.#at]) {
      argument = binary("*", argument, this.#power());
    }
    return argument;
  }
}

/** The formula that these tokens are, all of them; null when they are none. Never throws. */
export const parseTokens = (tokens: readonly Token[]): Expr | null => {
  if (tokens.length === 0 || tokens.length > MAX_TOKENS) return null;
  try {
    return new Parser(tokens).whole();
  } catch (error) {
    if (error instanceof NotAFormula) return null;
    throw error;
  }
};

/** A formula as a tool wrote it, or as it is written in a sentence. */
export const parse = (text: string): Expr | null => (text.length > 4000 ? null : parseTokens(lex(text)));

/** Exactly one `=` between two formulas. */
export const parseEquation = (tokens: readonly Token[]): Equation | null => {
  const at = tokens.findIndex((token) => token.kind === "operator" && token.text === "=");
  if (at < 0) return null;
  const left = parseTokens(tokens.slice(0, at));
  const right = parseTokens(tokens.slice(at + 1));
  return left === null || right === null ? null : { left, right };
};
