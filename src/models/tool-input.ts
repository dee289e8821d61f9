import { isRecord } from "../domain/json.ts";
import { JsonBounds } from "./json-bounds.ts";

/**
 * Parses a model's arguments for a tool from the text it wrote. A tool without parameters often gets no text at all, or
 * null: `{}`. Some servers encode the object twice, begin with an empty object, or send it again at the end. Invalid JSON
 * stays a string, which the tool's schema refuses; so does a call that the token limit cut (a JSON object without its
 * end is never JSON).
 */
export const parseToolInput = (text: string): unknown => {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "null") return {};
  const value = parsed(trimmed) ?? parsed(trimmed.replace(/^\{\s*\}/, "")) ?? halfOf(trimmed);
  if (typeof value !== "string") return value === undefined ? text : value;
  // An object in a string, perhaps in a string again.
  const inner = parsed(value);
  const object = typeof inner === "string" ? parsed(inner) : inner;
  return isRecord(object) ? object : value;
};

/** The value of a text that says it twice. */
const halfOf = (text: string): unknown => {
  const half = text.slice(0, Math.ceil(text.length / 2)).trim();
  return half !== "" && text.endsWith(half) && half.length * 2 >= text.length - 1 ? parsed(half) : undefined;
};

/**
 * Undefined for what is not JSON, which no JSON is, and for what exceeds the bounds of JSON. Text in a string needs them
 * as well: whoever examined the JSON around it has counted it as one value.
 */
const parsed = (text: string): unknown => {
  try {
    return new JsonBounds().excess(text) === null ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
};

/**
 * The reverse, for sending: every provider requires an object there and answers 400 to anything else, on every later
 * call as well.
 */
export const toolInputObject = (input: unknown): object => (isRecord(input) ? input : { invalid_input: input ?? null });
