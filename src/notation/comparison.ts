import type { Cursor } from "./cursor.ts";
import type { Comparison, Relation } from "./expression.ts";
import { isOperator } from "./token.ts";

/** Reads sides with relations between them, at least one, up to the end. Throws a NotationError. */
export const comparisonAt = (cursor: Cursor): Comparison => {
  const sides = [cursor.sum()];
  const relations: Relation[] = [];
  while (isOperator(cursor.token, "= < > ≤ ≥ ≠")) {
    relations.push(cursor.token?.text as Relation);
    cursor.at++;
    // Accepts `==`.
    if (relations.at(-1) === "=" && cursor.token?.spaced === false) cursor.take("=");
    sides.push(cursor.sum());
  }
  if (cursor.at < cursor.tokens.length) cursor.fail(`unexpected "${cursor.token?.text.slice(0, 20)}"`);
  if (relations.length === 0) cursor.fail("a relation such as = is missing");
  return { sides, relations };
};
