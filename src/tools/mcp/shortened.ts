/** The most of a result that a model receives, in characters of the JSON that it is stored and sent as. */
export const MAX_RESULT_CHARS = 16_000;

/** Cuts a long text, and says so at its end for the model. */
export const shortened = (text: string): string => {
  const length = cutAt(text);
  if (length === text.length) return text;
  const end = `\n[Shortened: these are the first ${length} of ${text.length} characters. Ask for less.]`;
  return text.slice(0, length).toWellFormed() + end;
};

/** Where to cut a text: quotes, line breaks and other characters that JSON escapes count as what they become. */
const cutAt = (text: string): number => {
  let length = Math.min(text.length, MAX_RESULT_CHARS);
  for (;;) {
    const escaped = JSON.stringify(text.slice(0, length)).length - 2;
    if (escaped <= MAX_RESULT_CHARS) return length;
    length = Math.floor((length * MAX_RESULT_CHARS) / escaped) - 1;
  }
};
