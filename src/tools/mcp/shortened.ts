/** The most of a result that a model receives, in UTF-16 units. */
export const MAX_RESULT_CHARS = 16_000;

/** Cuts a long text, and says so at its end for the model. */
export const shortened = (text: string): string => {
  if (text.length <= MAX_RESULT_CHARS) return text;
  const end = `\n[Shortened: these are the first ${MAX_RESULT_CHARS} of ${text.length} characters. Ask for less.]`;
  return text.slice(0, MAX_RESULT_CHARS).toWellFormed() + end;
};
