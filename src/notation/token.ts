/** A piece of a text. `start` and `end` are its place in the text; `spaced`: a blank stands before it. */
export interface Token {
  readonly kind: TokenKind;
  /** As it is meant: a function by its spelling here, a Greek letter by its name, a number without separators. */
  readonly text: string;
  readonly spaced: boolean;
  readonly start: number;
  readonly end: number;
}

type TokenKind =
  | "number"
  /** Two whole numbers with a line between, `1/2`, that stands for one value: ½. */
  | "fraction"
  | "name"
  | "function"
  /** `f(`: a function that the text itself defines. */
  | "defined"
  | "operator"
  /** `d/dx`; the text is the variable and the order, `x1`. */
  | "derivative"
  /** The `dx` that closes an integral; the text is the variable. */
  | "differential"
  /** What no formula holds: a word, and a mark. */
  | "word"
  | "mark";

/** Whether a relation stands outside of all parentheses. */
export const holdsRelation = (tokens: readonly Token[]): boolean => {
  let depth = 0;
  return tokens.some((token) => {
    if (isOperator(token, "( [")) depth++;
    if (isOperator(token, ") ]")) depth--;
    return depth === 0 && isOperator(token, "= < > ≤ ≥ ≠");
  });
};

export const isOperator = (token: Token | undefined, among: string): boolean =>
  token?.kind === "operator" && ` ${among} `.includes(` ${token.text} `);
