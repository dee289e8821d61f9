import { isRecord } from "../domain/json.ts";
import type { Chunk } from "./chat-chunk.ts";
import { hasContent, reportIn } from "./chat-report.ts";

/** In UTF-16 units. A chunk with a token has some two hundred; longer ones have bounds of their own (`JsonBounds`). */
const MAX_CHUNK = 1024;
/** How often a form is learnt in one answer. Some servers put a random text into every chunk. */
const MAX_LEARNT = 4;

/** The key of the text and the quote before it. JSON text has this in no other place, since a quote in a text is escaped. */
const KEY = /"content"\s*:\s*"/;

/**
 * Reads chunks of chat completions without parsing them. The chunks of an answer differ in their text alone, most of the
 * time: where everything around the text is as in a chunk that was parsed, and meant nothing there, the text is all that
 * there is to read. Parsing took a tenth of a token's JavaScript, and a tenth of what it allocates.
 */
export class RepeatedChunk {
  /** Up to and including the quote before the text. Empty: no form is known. */
  #before = "";
  #after = "";
  #learnt = 0;

  /** Returns the text, or undefined for a chunk that must be parsed. */
  textOf(data: string): string | undefined {
    const from = this.#before.length;
    const to = data.length - this.#after.length;
    if (from === 0 || to < from || data.length > MAX_CHUNK) return undefined;
    if (!data.startsWith(this.#before) || !data.endsWith(this.#after)) return undefined;
    for (let at = from; at < to; at++) if (!isLiteral(data.charCodeAt(at))) return undefined;
    return data.slice(from, to);
  }

  /** Learns from a chunk that was parsed how the next may look. */
  learn(data: string, chunk: Chunk): void {
    if (this.#learnt === MAX_LEARNT || data.length > MAX_CHUNK || !hasTextAlone(chunk)) return;
    this.#learnt += 1;
    const key = KEY.exec(data);
    if (key === null || data.indexOf('"content"', key.index + 1) >= 0) return;
    const from = key.index + key[0].length;
    let to = from;
    while (isLiteral(data.charCodeAt(to))) to++;
    // The text ends at its quote; another end is an escape.
    if (data[to] !== '"') return;
    const [before, after] = [data.slice(0, from), data.slice(to)];
    // The key may be that of another object, where the delta's own is spelled with escapes.
    if (textIn(JSON.parse(`${before}${PROBE}${after}`) as Chunk) !== PROBE) return;
    this.#before = before;
    this.#after = after;
  }
}

const PROBE = "probe";

const textIn = (chunk: Chunk): unknown => chunk.choices?.[0]?.delta?.content;

/** Whether a character of JSON text stands for itself (RFC 8259, section 7). Not the end of the data, which is NaN. */
const isLiteral = (code: number): boolean => code >= 32 && code !== 34 && code !== 92;

/** Whether nothing in a chunk has a meaning but its text. */
const hasTextAlone = (chunk: Chunk): boolean => {
  const choice = chunk.choices?.[0];
  const delta = choice?.delta;
  if (!isRecord(delta) || typeof delta.content !== "string") return false;
  if (chunk.usage || chunk.x_groq?.usage || reportIn(chunk) !== undefined) return false;
  if (choice?.usage || (choice?.error && hasContent(choice.error))) return false;
  if (typeof choice?.finish_reason === "string") return false;
  return Object.entries(delta).every(([name, value]) => name === "content" || name === "role" || value === null);
};
