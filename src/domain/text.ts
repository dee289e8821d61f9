/**
 * Text that Postgres cannot hold: NUL (refused by text and jsonb) and lone surrogates (refused by jsonb, silently turned
 * into U+FFFD in text). A client's is refused at the door; a model's is mended, so that no run is lost to one character.
 */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

/** Replaces each NUL and each lone surrogate with U+FFFD. */
export const storable = (text: string): string => {
  const formed = text.isWellFormed() ? text : text.toWellFormed();
  return formed.includes("\0") ? formed.replaceAll("\0", "\uFFFD") : formed;
};

/** `storable` for every string in a JSON value, keys included. Returns the value itself when nothing had to change. */
export const storableJson = (value: unknown): unknown => {
  if (typeof value === "string") return storable(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(storableJson);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), storableJson(item)]));
};

/**
 * Mends text that arrives in pieces: a surrogate pair may be split between two of them, and each half alone would be lost.
 * A high surrogate at the end of a piece is held back until the next one comes.
 */
export class PieceMender {
  #held = "";

  /** The mended text that can be passed on now. */
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

  /** What was held back, mended: no other half came. */
  flush(): string {
    const rest = storable(this.#held);
    this.#held = "";
    return rest;
  }
}

/** Whether a text has from `least` to `most` code points. Looks at no more of it than it has to. */
export const hasLength = (text: string, least: number, most: number): boolean => {
  // A code point takes one UTF-16 unit or two.
  if (text.length < least || text.length > 2 * most) return false;
  if (text.length >= 2 * least && text.length <= most) return true;
  let points = 0;
  for (const _ of text) points++;
  return points >= least && points <= most;
};

const graphemes = new Intl.Segmenter("ko", { granularity: "grapheme" });

/** Characters that never join the one before or after them: asking the segmenter takes 2 µs, and nearly all texts are of these. */
const PLAIN_PAIR = /^[\x20-\x7e가-힣]{2}$/;

/**
 * The first `count` code points, or a few less: none is cut, nor what people take for a character (an accented letter, a
 * family of emoji), unless that alone is longer.
 */
export const beginning = (text: string, count: number): string => {
  let end = 0;
  for (let taken = 0; taken < count && end < text.length; taken++) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  if (end === text.length) return text;
  if (PLAIN_PAIR.test(text.slice(end - 1, end + 1))) return text.slice(0, end);
  const straddled = graphemes.segment(text).containing(end);
  return text.slice(0, straddled?.index || end);
};
