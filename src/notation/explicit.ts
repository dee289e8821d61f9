import { lexFormula } from "./lex.ts";
import { isOperator, type Token } from "./token.ts";

const endsValue = (token: Token | undefined): boolean =>
  token !== undefined && (/^(?:number|name)$/.test(token.kind) || isOperator(token, ") !"));
const startsValue = (token: Token): boolean => /^(?:number|name|function)$/.test(token.kind) || isOperator(token, "(");

/**
 * Returns a formula with explicit products, without blanks and with its parentheses: `(2x + 3) - 3` is `(2*x+3)-3`.
 * Never throws.
 */
export const withExplicitProducts = (text: string): string => {
  const tokens = lexFormula(text).filter(({ kind, text: sign }) => kind !== "mark" || sign.trim() !== "");
  return tokens
    .map((token, at) => {
      const before = tokens[at - 1];
      const isProduct =
        endsValue(before) && startsValue(token) && !(before?.kind === "number" && token.kind === "number");
      return `${isProduct ? "*" : ""}${token.text}`;
    })
    .join("");
};
