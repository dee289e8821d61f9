import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Token } from "../../src/models/builtin/lex.ts";
import { isOperator, trimmed } from "../../src/models/builtin/trim.ts";

const operator = (text: string): Token => ({ kind: "operator", text, spaced: false });
const tokensOf = (text: string): Token[] =>
  [...text].map((sign) => (sign === "x" ? { kind: "symbol", text: sign, spaced: false } : operator(sign)));
const textOf = (tokens: readonly Token[]): string => tokens.map(({ text }) => text).join("");

/** What `trimmed` means, step by step, whatever it costs. */
const slowly = (tokens: readonly Token[]): readonly Token[] => {
  const among = (at: number, signs: string) => isOperator(tokens.at(at), signs);
  if (tokens.length === 0) return tokens;
  if (among(0, "=*/^,)%!")) return slowly(tokens.slice(1));
  if (among(-1, "=*/^,(+-√")) return slowly(tokens.slice(0, -1));
  const hasEquals = tokens.some((token) => isOperator(token, "="));
  if (among(-1, "!") && hasEquals) return slowly(tokens.slice(0, -1));
  let depth = 0;
  const encloses = tokens.some((token) => {
    depth += isOperator(token, "(") ? 1 : isOperator(token, ")") ? -1 : 0;
    return depth > 0 && isOperator(token, "=");
  });
  if (among(0, "(") && among(-1, ")") && encloses) return slowly(tokens.slice(1, -1));
  const count = (sign: string) => tokens.filter((token) => isOperator(token, sign)).length;
  if (count("(") > count(")") && among(0, "(")) return slowly(tokens.slice(1));
  if (count(")") > count("(") && among(-1, ")")) return slowly(tokens.slice(0, -1));
  return tokens;
};

test("a formula's ends are trimmed as the rules say, whatever stands there", () => {
  const signs = fc.string({ unit: fc.constantFrom("(", ")", "=", "!", "x", "+", ","), maxLength: 24 });
  fc.assert(
    fc.property(signs, (text) => {
      expect(textOf(trimmed(tokensOf(text)))).toBe(textOf(slowly(tokensOf(text))));
    }),
    { numRuns: 3_000 },
  );
});

test("each token is looked at a few times, however many parentheses stand at the ends", () => {
  const n = 50_000;
  const nasty = [
    `${"(".repeat(n)}x=x${")".repeat(n)}`,
    `${"(".repeat(n)}x`,
    `x${")".repeat(n)}`,
    `x=x${"!".repeat(n)}`,
    `${"(".repeat(n)}${"x=(".repeat(n)}`,
    `${"(=)".repeat(n)}`,
  ];
  for (const text of nasty) {
    let looks = 0;
    const tokens = tokensOf(text).map(
      (token): Token =>
        ({
          ...token,
          get kind() {
            looks += 1;
            return token.kind;
          },
        }) as Token,
    );
    trimmed(tokens);
    expect(looks / tokens.length).toBeLessThan(10);
  }
});
