import type { Expression } from "./expression.ts";
import { NotationError } from "./mistake.ts";
import { isOperator, type Token } from "./token.ts";

export interface ParserOptions {
  /**
   * The tokens are part of a sentence: `50% 7` is not a remainder, degrees are allowed in angles only, and doubtful
   * numbers are refused.
   */
  readonly isProse: boolean;
  /** The longest number, in digits, and the largest power of ten. */
  readonly maxDigits: number;
}

/** A position in a list of tokens, and what the parts of the parser require of each other. */
export abstract class Cursor {
  at = 0;
  /** The variables of the differentials (`dx`) read and not yet used by an integral. */
  readonly differentials: string[] = [];

  constructor(
    readonly tokens: readonly Token[],
    readonly options: ParserOptions,
  ) {}

  /** Reads terms with `+` and `-` between them. */
  abstract sum(): Expression;
  /** Reads factors with `*`, `/` or nothing between them. */
  abstract term(): Expression;
  /** Reads a power, with its sign if it has one. */
  abstract signed(): Expression;
  /** Reads a value without a sign, an exponent or a postfix. */
  abstract atom(): Expression;
  /** Reads expressions between commas, up to the closing parenthesis. The opening one is already consumed. */
  abstract list(closing: string): readonly Expression[];
  /** Reads a whole expression from here to the token at `end`. */
  abstract part(end: number): Expression;

  get token(): Token | undefined {
    return this.tokens[this.at];
  }

  take(operator: string): boolean {
    if (!isOperator(this.token, operator)) return false;
    this.at++;
    return true;
  }

  expect(operator: string): void {
    if (!this.take(operator)) this.fail(`a "${operator}" is missing`);
  }

  /** Whether the next token begins a factor that may follow another without a sign. */
  get startsFactor(): boolean {
    const token = this.token;
    if (token === undefined || token.kind === "word" || token.kind === "mark") return false;
    return token.kind !== "operator" || isOperator(token, "( [ √ ∛ ∜ ∫ ∑ ∏ lim");
  }

  fail(reason: string): never {
    const around = this.tokens[Math.min(this.at, this.tokens.length - 1)];
    const text = this.tokens
      .map((token) => token.text)
      .join("")
      .slice(0, 80);
    throw new NotationError(
      `Cannot read the expression near position ${this.at + 1} of "${text}": ${reason}. ` +
        "Write it in plain notation such as 2*x^2 + sqrt(x) - sin(pi/3).",
      around?.start ?? 0,
      around?.end ?? 0,
    );
  }

  /**
   * Throws, since the tokens from `from` to here have two readings. The error holds both, with `…` for what they share.
   */
  ambiguous(from: number, first: string, second: string): never {
    const last = this.token ?? this.tokens.at(-1);
    throw new NotationError(
      `The expression can mean ${first} or ${second}; write it with parentheses.`,
      this.tokens[from]?.start ?? 0,
      last?.end ?? 0,
      [first, second],
    );
  }

  /** Returns the text of the tokens from `from` to here, in their normalized form. */
  textFrom(from: number, to = this.at): string {
    return this.tokens
      .slice(from, to)
      .map(({ text }) => text)
      .join("");
  }

  /**
   * `[x]` is x in brackets, or the floor of x. Brackets around parentheses or around whole numbers are only brackets.
   */
  refuseFloor(from: number): void {
    const inside = this.tokens.slice(from, this.at - 1);
    const isPlain = inside.some(
      ({ kind, text }) => kind === "name" || kind === "fraction" || text === "/" || /\d\.\d/.test(text),
    );
    if (this.options.isProse && isPlain && !inside.some((token) => isOperator(token, "( [")))
      this.ambiguous(from - 1, `(${this.textFrom(from, this.at - 1)})`, `floor(${this.textFrom(from, this.at - 1)})`);
  }

  /** `10^2%` is a percentage of a power, or a power whose exponent, from `start`, is a percentage. */
  refusePercent(from: number, start: number): void {
    if (!isOperator(this.tokens[this.at - 1], "%")) return;
    const [power, base] = [this.textFrom(from, this.at - 1), this.textFrom(from, start)];
    this.ambiguous(from, `(${power})%`, `${base}(${this.textFrom(start)})`);
  }
}
