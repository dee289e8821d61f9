import { normalized } from "./normalized.ts";
import { storable } from "./text.ts";

/** Invisible characters that split words: soft hyphen, zero-width space, word joiner, byte order mark. */
const UNSEEN = /[\u00ad\u200b\u2060-\u2064\ufeff]/g;
/**
 * Direction overrides, and letters encoded as tags: invisible to people, but models read them. The tags of a flag stay.
 */
const SMUGGLED = /[\u202a-\u202e\u2066-\u2069]|(?<!\u{1f3f4}[\u{e0020}-\u{e007f}]{0,16})[\u{e0000}-\u{e007f}]/gu;

/** Returns a file's text as a person sees it: normalized (NFC), without invisible characters, and storable. */
export const readable = (text: string): string =>
  normalized(storable(text).replace(UNSEEN, "").replace(SMUGGLED, ""), "NFC");

/** Control characters, line breaks and paragraph breaks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const BREAKS = /[\0-\x1f\x7f-\x9f\u2028\u2029\s]+/g;

/**
 * Returns a text for one line, such as a title, a file name or a heading: `readable`, with white space and control
 * characters collapsed into one space.
 */
export const titleLine = (text: string): string => readable(text.replace(BREAKS, " ")).trim();

/** Returns a collection's name as it is stored and searched: normalized, since two names that look alike are one. */
export const collectionName = (name: string): string => normalized(storable(name), "NFC");
