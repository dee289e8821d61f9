const HEAD = "Draft of the answer, worked out by rule from the user's data, quoted as JSON:\n";

/**
 * A question with an answer drafted without a model, which a model rewords. The built-in model has no words of its own
 * and emits the draft. As JSON on one line, the draft cannot break out of its own quotation, whatever a table contains.
 */
export const withDraft = (draft: string, question: string): string => `${HEAD}${JSON.stringify(draft)}\n\n${question}`;

/** The inverse of `withDraft`. Null when the text has another origin. */
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
