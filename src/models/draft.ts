const HEAD = "Draft of the answer, worked out by rule from the user's data, quoted as JSON:\n";

/**
 * A question with what could be worked out for it without a model, which a model puts into better words. The built-in one has
 * none of its own and says the draft. As JSON on one line it cannot end its own quotation, whatever a table holds.
 */
export const withDraft = (draft: string, question: string): string => `${HEAD}${JSON.stringify(draft)}\n\n${question}`;

/** The reverse of `withDraft`. Null: the text was not made by it. */
export const readDraft = (text: string): string | null => {
  if (!text.startsWith(HEAD)) return null;
  const end = text.indexOf("\n", HEAD.length);
  try {
    const draft: unknown = JSON.parse(text.slice(HEAD.length, end));
    return end >= 0 && typeof draft === "string" ? draft : null;
  } catch {
    return null;
  }
};
