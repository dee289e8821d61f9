/**
 * Whether Postgres can hold the text. It cannot hold NUL (refused by text and jsonb) and lone surrogates (refused by
 * jsonb, silently replaced with U+FFFD in text). Such text is refused when a client sends it and repaired when a model
 * does, so that no run is lost to one character.
 */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

/** Replaces each NUL and each lone surrogate with U+FFFD. */
export const storable = (text: string): string => {
  const formed = text.isWellFormed() ? text : text.toWellFormed();
  return formed.includes("\0") ? formed.replaceAll("\0", "\uFFFD") : formed;
};

/**
 * Applies `storable` to every string in a JSON value, keys included. Returns an equal value when nothing had to change.
 */
export const storableJson = (value: unknown): unknown => {
  if (typeof value === "string") return storable(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(storableJson);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), storableJson(item)]));
};

/** The JSON of `storableJson(value)`. Nearly nothing needs mending, and what needs none is not copied for it. */
export const storableText = (value: unknown): string => {
  const json = JSON.stringify(value);
  // NUL and half a surrogate pair are escapes in it (ECMA-262, QuoteJSONString).
  return json.includes("\\u") ? JSON.stringify(storableJson(JSON.parse(json))) : json;
};

/**
 * Repairs text that arrives in pieces: a surrogate pair may be split between two of them, and each half alone would be
 * lost. A high surrogate at the end of a piece is held back until the next one arrives.
 */
export class SurrogateJoiner {
  #held = "";

  /** Returns the repaired text that can be passed on now. */
  push(piece: string): string {
    let text = this.#held + piece;
    this.#held = "";
    const last = text.charCodeAt(text.length - 1);
    if (last >= 0xd800 && last <= 0xdbff) {
      this.#held = text.slice(-1);
      text = text.slice(0, -1);
    }
    return storable(text);
  }

  /** Returns what was held back, repaired: the other half never arrived. */
  flush(): string {
    const rest = storable(this.#held);
    this.#held = "";
    return rest;
  }
}

/** Whether a text has from `least` to `most` code points. Reads no more of it than necessary. */
export const hasLength = (text: string, least: number, most: number): boolean => {
  // A code point takes one or two UTF-16 units.
  if (text.length < least || text.length > 2 * most) return false;
  if (text.length >= 2 * least && text.length <= most) return true;
  let points = 0;
  for (const _ of text) points++;
  return points >= least && points <= most;
};

const graphemes = new Intl.Segmenter("ko", { granularity: "grapheme" });

/**
 * Characters that never combine with the one before or after: a call of the segmenter takes 2 µs, and nearly all texts
 * match this.
 */
const PLAIN_PAIR = /^[\x20-\x7e가-힣]{2}$/;

/**
 * Returns the first `count` code points, or a few less. It cuts no code point, and no character as people see it (an
 * accented letter, a family of emoji), unless that alone is longer.
 */
export const beginning = (text: string, count: number): string => {
  let end = 0;
  for (let taken = 0; taken < count && end < text.length; taken++) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  if (end === text.length) return text;
  if (PLAIN_PAIR.test(text.slice(end - 1, end + 1))) return text.slice(0, end);
  const straddled = graphemes.segment(text).containing(end);
  return text.slice(0, straddled?.index || end);
};
