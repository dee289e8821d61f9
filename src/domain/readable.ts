import { composed } from "./composed.ts";
import { storable } from "./text.ts";

/** Characters that are not seen and part words: soft hyphen, zero-width space and joiner of words, byte order mark. */
const UNSEEN = /[\u00ad\u200b\u2060-\u2064\ufeff]/g;
/** Changes of direction, and letters written as tags: nobody sees them, a model reads them. A flag's tags stay with it. */
const SMUGGLED = /[\u202a-\u202e\u2066-\u2069]|(?<!\u{1f3f4}[\u{e0020}-\u{e007f}]{0,16})[\u{e0000}-\u{e007f}]/gu;

/** A file's text as its reader sees it: composed (NFC), without characters that are not seen; storable. */
export const readable = (text: string): string =>
  composed(storable(text).replace(UNSEEN, "").replace(SMUGGLED, ""), "NFC");

/** Control characters, and what ends a line or a paragraph. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const BREAKS = /[\0-\x1f\x7f-\x9f\u2028\u2029\s]+/g;

/** What is shown on one line, such as a title, a file's name, a heading: `readable`, white space and control characters as one blank. */
export const titleLine = (text: string): string => readable(text.replace(BREAKS, " ")).trim();

/** A collection's name as it is stored and looked for: composed, since two names that look alike are one. */
export const collectionName = (name: string): string => composed(storable(name), "NFC");
