/**
 * A model's arguments for a tool, from the text it wrote. A tool without parameters often comes with no text at all: `{}`.
 * What is no JSON stays a string, which the tool's schema refuses; so does a call that the token limit cut (a JSON object
 * without its end is never JSON).
 */
export const parseToolInput = (text: string): unknown => {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** The same on its way back: every wire wants an object there, and answers 400 to anything else, for ever after. */
export const toolInputObject = (input: unknown): object =>
  input !== null && typeof input === "object" && !Array.isArray(input) ? input : { invalid_input: input ?? null };
