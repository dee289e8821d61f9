import { operatorAt } from "./big-operators.ts";
import { callAt, definedAt, nameAt } from "./calls.ts";
import { Cursor } from "./cursor.ts";
import { call, type Expression, name, negative, number, operation } from "./expression.ts";
import { takesAngle } from "./functions.ts";
import { fractionOf, joined, numberAt } from "./numerals.ts";
import { seriesOf } from "./series.ts";
import { isOperator, type Token } from "./token.ts";

const MAX_DEPTH = 60;
const MAX_ITEMS = 200;

/**
 * A recursive descent parser over tokens. Products may have no sign (`2x`, `x sin x`), powers associate to the right,
 * and `-x^2` is -(x^2). When readers could disagree (`1/2x`, `√2x`, `e^2x`, `sin x/2`, `100 + 10%`) it throws an error
 * with both readings.
 */
export class Parser extends Cursor {
  #depth = 0;
  #bars = 0;
  #angles = 0;
  #brackets = 0;

  whole(): Expression {
    const expression = this.sum();
    if (this.at < this.tokens.length) this.fail(`unexpected "${this.token?.text.slice(0, 20)}"`);
    if (this.differentials.length > 0) this.fail("a differential stands outside of an integral");
    return expression;
  }

  part(end: number): Expression {
    const inner = new Parser(this.tokens.slice(this.at, end), this.options);
    const expression = inner.whole();
    this.at = end;
    return expression;
  }

  #deeper<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) this.fail(`it is nested deeper than ${MAX_DEPTH} levels`);
    const value = read();
    this.#depth--;
    return value;
  }

  sum(): Expression {
    return this.#deeper(() => {
      const seen = this.differentials.length;
      let from = this.at;
      let left = this.term();
      const terms = [left];
      let isPercent = this.#isPercent(from);
      // A differential closes the integral: what follows is outside.
      while (isOperator(this.token, "+ -") && this.differentials.length === seen) {
        const sign = this.token?.text as "+" | "-";
        from = ++this.at;
        if (this.take("...")) return this.#series(terms, sign);
        const right = this.term();
        const isAlso = this.#isPercent(from);
        if (isAlso !== isPercent)
          this.ambiguous(from, `${this.textFrom(from)} of what stands before it`, "a number of hundredths");
        isPercent = isAlso;
        left = operation(sign, left, right);
        terms.push(sign === "-" ? negative(right) : right);
      }
      return left;
    });
  }

  /** Whether the term from `from` to here is `10%` and nothing more. */
  #isPercent(from: number): boolean {
    return this.at - from === 2 && isOperator(this.tokens[this.at - 1], "%");
  }

  /** Reads `1 + 2 + ... + 100`, or without an end `1 + 1/2 + 1/4 + ...`. */
  #series(terms: readonly Expression[], sign: "+" | "-"): Expression {
    const last = this.take(sign) ? this.term() : null;
    const series = sign === "+" ? seriesOf(terms, last) : null;
    if (series === null) this.fail("the terms do not tell the rule of the series for certain");
    return series;
  }

  term(): Expression {
    const start = this.at;
    let left = this.signed();
    let line = -1;
    for (;;) {
      const next = this.token;
      if (isOperator(next, "* /")) {
        line = next?.text === "/" ? this.at : -1;
        this.at++;
        const right = this.signed();
        left = joined(next?.text as "*" | "/", left, right, this.tokens[this.at - 1]);
      } else if (isOperator(next, "%") && this.#isRemainder()) {
        this.at++;
        left = call("mod", left, this.signed());
      } else if (this.startsFactor || (isOperator(next, "|") && this.#bars === 0)) {
        if ((next?.kind === "number" || next?.kind === "fraction") && !isOperator(this.tokens[this.at - 1], ") ]"))
          this.fail("a sign is missing before this number");
        if (next?.kind === "differential") {
          this.atom();
          continue;
        }
        if (line >= 0 && !this.#isCoefficient(line)) this.#ambiguousQuotient(start, line);
        left = operation("*", left, this.#power());
      } else return left;
    }
  }

  /** `1/2 x` is half of x: both parts are numbers, and a blank follows. */
  #isCoefficient(line: number): boolean {
    const [top, bottom] = [this.tokens[line - 1], this.tokens[line + 1]];
    return this.at === line + 2 && top?.kind === "number" && bottom?.kind === "number" && this.token?.spaced === true;
  }

  #ambiguousQuotient(start: number, line: number): never {
    const [top, bottom] = [this.textFrom(start, line), this.textFrom(line + 1)];
    const rest = isOperator(this.token, "(") ? "(…)" : (this.token?.text ?? "");
    return this.ambiguous(start, `(${top}/${bottom})*${rest}`, `${top}/(${bottom}*${rest})`);
  }

  /** `50 % 7` is a remainder in a formula. In a sentence `50%` never is. */
  #isRemainder(): boolean {
    const next = this.tokens[this.at + 1];
    return !this.options.isProse && next !== undefined && (next.kind !== "operator" || isOperator(next, "("));
  }

  signed(): Expression {
    // Counted without recursion: `------1` is long, not deep.
    let isNegative = false;
    for (; isOperator(this.token, "+ -"); this.at++) if (this.token?.text === "-") isNegative = !isNegative;
    const power = this.#power();
    return isNegative ? negative(power) : power;
  }

  #power(): Expression {
    return this.#deeper(() => {
      const from = this.at;
      const isRoot = isOperator(this.token, "√ ∛ ∜");
      const base = this.#postfix();
      if (!isOperator(this.token, "^")) return base;
      if (isRoot)
        this.ambiguous(
          from,
          `(${this.textFrom(from)})^…`,
          `${this.textFrom(from, from + 1)}(${this.textFrom(from + 1)}^…)`,
        );
      this.at++;
      return operation("^", base, this.#exponentOf(base, from));
    });
  }

  /** Reads the exponent alone. In `e^2x` its end is unclear; in `x^2y` it is not. */
  #exponentOf(base: Expression, from: number): Expression {
    const start = this.at;
    const exponent = this.signed();
    this.refusePercent(from, start);
    const isEnclosed = isOperator(this.tokens[this.at - 1], ")");
    const next = this.token;
    if (isEnclosed || next === undefined || next.spaced) return exponent;
    const isUnknown = base.kind === "name" && base.name !== "e" && base.name !== "pi";
    const [whole, rest] = [this.textFrom(from), this.textFrom(start)];
    const isGlued = this.startsFactor && next.kind !== "differential" && next.kind !== "function";
    if (isGlued && (!isUnknown || isOperator(next, "(")))
      this.ambiguous(from, `(${whole})*${next.text}…`, `${this.textFrom(from, start)}(${rest}*${next.text}…)`);
    if (isOperator(next, "/") && exponent.kind === "number" && exponent.text === "1")
      this.ambiguous(from, `(${whole})/…`, `${this.textFrom(from, start)}(${rest}/…)`);
    return exponent;
  }

  #postfix(): Expression {
    let expression = this.atom();
    for (let before = ""; isOperator(this.token, "! % °"); ) {
      const sign = this.token?.text ?? "";
      if (sign === "%" && this.#isRemainder()) break;
      if (sign === "!" && before === "!") this.fail("double factorials are not known here");
      if (sign === "°" && this.options.isProse && this.#angles === 0)
        this.fail("degrees are understood inside of sin, cos and tan only");
      if (sign === "!") expression = call("factorial", expression);
      else if (sign === "%") expression = operation("/", expression, number(100));
      else expression = operation("/", operation("*", expression, name("pi")), number(180));
      before = sign;
      this.at++;
    }
    return expression;
  }

  atom(): Expression {
    const token = this.token;
    if (token === undefined) this.fail("it ends too early");
    this.at++;
    switch (token.kind) {
      case "number":
        return numberAt(this, token);
      case "fraction":
        return fractionOf(token);
      case "name":
        return nameAt(this, token);
      case "function":
        return this.#called(token);
      case "defined":
        return definedAt(this, token);
      case "differential":
        this.differentials.push(token.text);
        return number(1);
      case "operator":
      case "derivative":
        return operatorAt(this, token) ?? this.#enclosed(token);
      default:
        return this.#unexpected();
    }
  }

  #unexpected(): never {
    this.at--;
    return this.fail(`unexpected "${this.token?.text.slice(0, 20)}"`);
  }

  #called(token: Token): Expression {
    const isAngle = takesAngle(token.text);
    if (isAngle) this.#angles++;
    const called = callAt(this, token);
    if (isAngle) this.#angles--;
    return called;
  }

  #enclosed({ text }: Token): Expression {
    if (text === "(") return this.#tuple("point", ")");
    if (text === "[") return this.#tuple("list", "]");
    if (text === "√" || text === "∛" || text === "∜") return this.#root(text);
    if (text !== "|") return this.#unexpected();
    this.#bars++;
    const inside = this.sum();
    this.#bars--;
    this.expect("|");
    return call("abs", inside);
  }

  /**
   * One expression in parentheses is itself; several are a point or, in brackets, a list. `[x]` is grouping, while
   * `[[x]]` and `[[x], [y]]` are matrices.
   */
  #tuple(kind: "point" | "list", closing: string): Expression {
    const isInside = this.#brackets > 0;
    if (kind === "list") this.#brackets++;
    const from = this.at;
    const items = this.list(closing);
    if (kind === "list") this.#brackets--;
    if (kind === "list" && !isInside && items.length === 1) this.refuseFloor(from);
    const [first] = items;
    const isMatrix = kind === "list" && first?.kind === "call" && first.name === "list";
    return items.length === 1 && first !== undefined && !isMatrix && !(kind === "list" && isInside)
      ? first
      : call(kind, ...items);
  }

  list(closing: string): readonly Expression[] {
    const outside = this.#bars;
    this.#bars = 0;
    const items = [this.sum()];
    while (this.take(",")) {
      if (items.length === MAX_ITEMS) this.fail(`it lists more than ${MAX_ITEMS} values`);
      items.push(this.sum());
    }
    this.#bars = outside;
    this.expect(closing);
    return items;
  }

  #root(sign: string): Expression {
    const from = this.at;
    const isBare = !isOperator(this.token, "(");
    const radicand = this.#postfix();
    const [next, text] = [this.token, this.textFrom(from)];
    if (isBare && this.startsFactor && next?.spaced === false)
      this.ambiguous(from - 1, `${sign}(${text})*${next.text}…`, `${sign}(${text}*${next.text}…)`);
    if (sign === "√") return call("sqrt", radicand);
    return sign === "∛" ? call("cbrt", radicand) : call("nthroot", radicand, number(4));
  }
}
