/** A token of a text. `start` and `end` are its position. `spaced`: a blank precedes it. */
export interface Token {
  readonly kind: TokenKind;
  /**
   * The normalized text: a function in the notation's spelling, a Greek letter by name, a number without separators.
   */
  readonly text: string;
  readonly spaced: boolean;
  readonly start: number;
  readonly end: number;
}

type TokenKind =
  | "number"
  /** Two whole numbers with a slash between, `1/2`, that form one value: ½. */
  | "fraction"
  | "name"
  | "function"
  /** `f(`: a function that the text itself defines. */
  | "defined"
  | "operator"
  /** `d/dx`. The text is the variable and the order, `x1`. */
  | "derivative"
  /** The `dx` that closes an integral. The text is the variable. */
  | "differential"
  /** A word or a mark, which no formula contains. */
  | "word"
  | "mark";

/** Whether there is a relation outside all parentheses. */
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
