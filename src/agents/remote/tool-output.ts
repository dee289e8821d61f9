import { isRecord } from "../../domain/json.ts";
import { JsonBounds } from "../../models/json-bounds.ts";

/** The most of one result, in characters. With as many calls as an answer may hold, 8 MiB. */
const MAX_CHARS = 64 * 1024;

/**
 * Returns a result's output: text, the value of text that is a JSON object or list, or parts as they are. A longer one
 * is shortened and says so.
 */
export const toolOutput = (content: unknown): unknown => {
  const text = textOf(content);
  if (text.length > MAX_CHARS)
    return `${text.slice(0, MAX_CHARS)}\n[shortened: ${text.length} characters, of which these are the first ${MAX_CHARS}]`;
  return /^\s*[[{]/.test(text) ? parsed(text) : text;
};

/** Parts of text alone are joined; with others among them, all parts are JSON. */
const textOf = (content: unknown): string => {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return JSON.stringify(content ?? null);
  const texts = content.map((part: unknown) => (isRecord(part) && part.type === "text" ? part.text : undefined));
  return texts.every((text) => typeof text === "string") ? texts.join("\n") : JSON.stringify(content);
};

const parsed = (text: string): unknown => {
  if (new JsonBounds().excess(text) !== null) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
