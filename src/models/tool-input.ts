/**
 * Parses a model's arguments for a tool from the text it wrote. A tool without parameters often gets no text at all:
 * `{}`. Invalid JSON stays a string, which the tool's schema refuses; so does a call that the token limit cut (a JSON
 * object without its end is never JSON).
 */
export const parseToolInput = (text: string): unknown => {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/**
 * The reverse, for sending: every provider requires an object there and answers 400 to anything else, on every later
 * call as well.
 */
export const toolInputObject = (input: unknown): object =>
  input !== null && typeof input === "object" && !Array.isArray(input) ? input : { invalid_input: input ?? null };
