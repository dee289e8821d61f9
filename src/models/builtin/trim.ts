import type { Token } from "./lex.ts";

export const isOperator = (token: Token | undefined, among: string): boolean =>
  token?.kind === "operator" && among.includes(token.text);

/**
 * A span without what cannot stand at a formula's ends: `= 7 =`, an exclamation mark, a parenthesis of the prose. Takes
 * O(n log n): each step asks tables made once, for a message may hold 100,000 parentheses.
 */
export const trimmed = (tokens: readonly Token[]): readonly Token[] => {
  const opened = countsOf(tokens, "(");
  const closed = countsOf(tokens, ")");
  const equals = countsOf(tokens, "=");
  const depthAt = (at: number): number => (opened[at] ?? 0) - (closed[at] ?? 0);
  const deepest = equalsByDepth(tokens, depthAt);
  let start = 0;
  let end = tokens.length;
  /** Prose has put an equation in parentheses: `(x = 2)`. The span only shrinks, so what has left it need not be asked again. */
  const hasEnclosedEquals = (): boolean => {
    for (let at = deepest.at(-1); at !== undefined; at = deepest.at(-1)) {
      if (at >= start && at < end) return depthAt(at) > depthAt(start);
      deepest.pop();
    }
    return false;
  };
  for (;;) {
    while (start < end && isOperator(tokens[start], "=*/^,)%!")) start += 1;
    while (end > start && isOperator(tokens[end - 1], "=*/^,(+-√")) end -= 1;
    const within = (counts: Uint32Array): number => (counts[end] ?? 0) - (counts[start] ?? 0);
    const opens = start < end && isOperator(tokens[start], "(");
    const closes = start < end && isOperator(tokens[end - 1], ")");
    if (start < end && isOperator(tokens[end - 1], "!") && within(equals) > 0) end -= 1;
    else if (opens && closes && hasEnclosedEquals()) {
      start += 1;
      end -= 1;
    } else if (opens && within(opened) > within(closed)) start += 1;
    else if (closes && within(closed) > within(opened)) end -= 1;
    else return tokens.slice(start, end);
  }
};

/** How many of an operator stand before each place. */
const countsOf = (tokens: readonly Token[], operator: string): Uint32Array => {
  const counts = new Uint32Array(tokens.length + 1);
  for (const [at, token] of tokens.entries())
    counts[at + 1] = (counts[at] ?? 0) + (isOperator(token, operator) ? 1 : 0);
  return counts;
};

/** Where equals signs stand, the deepest in parentheses last. */
const equalsByDepth = (tokens: readonly Token[], depthAt: (at: number) => number): number[] =>
  [...tokens.keys()].filter((at) => isOperator(tokens[at], "=")).sort((one, other) => depthAt(one) - depthAt(other));
