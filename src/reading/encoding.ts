/*
 * What encoding bytes are in, by evidence over all of them: a bad byte is a flaw of one character, not of the file. Detectors
 * for hundreds of encodings (chardet, jschardet) do worse once a byte is damaged, see docs/decisions/050-encodings.md.
 */

/** Labels in use that the Encoding standard does not list (https://encoding.spec.whatwg.org/#names-and-labels). */
const ALIASES: Readonly<Record<string, string>> = {
  cp949: "euc-kr",
  uhc: "euc-kr",
  ms949: "euc-kr",
  "x-windows-949": "euc-kr",
  cp1252: "windows-1252",
};

/** The label of a byte order mark. Null: there is none. */
const markedAs = (bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | null => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? "utf-8" : null;
};

/** The share of units from which bytes may be UTF-16 that are ASCII: its spaces, digits and line ends, each with a NUL. */
const MIN_ASCII = 0.02;

/**
 * UTF-16, by its mark or without one: it has ASCII characters with their NULs, and the rest is text too. Null: it is
 * something else. Bytes that hold NULs and are not UTF-16 are no text at all.
 */
export const utf16In = (bytes: Uint8Array): "utf-16le" | "utf-16be" | null => {
  const marked = markedAs(bytes);
  if (marked === "utf-8") return null;
  if (marked !== null) return marked;
  const units = bytes.length >> 1;
  // Cut in the middle of a character; of the shortest, more likely something else.
  if (units < 2 || (bytes.length % 2 === 1 && units < 8) || !bytes.includes(0)) return null;
  const ascii = { le: 0, be: 0, twice: 0 };
  for (let at = 0; at < units * 2; at += 2) {
    const [first, second] = [isPrintable(bytes[at]), isPrintable(bytes[at + 1])];
    if (first && second) ascii.twice++;
    else if (first && bytes[at + 1] === 0) ascii.le++;
    else if (second && bytes[at] === 0) ascii.be++;
  }
  // Two letters of ASCII look like one of Chinese.
  if (Math.max(ascii.le, ascii.be) < Math.max(units * MIN_ASCII, ascii.twice)) return null;
  const encoding = ascii.le > ascii.be ? "utf-16le" : "utf-16be";
  const { damaged, controls } = flawsIn(new TextDecoder(encoding).decode(bytes.subarray(0, units * 2)));
  return damaged + controls <= units * MAX_FLAWS ? encoding : null;
};

const isPrintable = (byte = 0): boolean => (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13);

/** Characters of UTF-8 with their bytes, and bytes that are part of none. */
interface Utf8Evidence {
  /** Of two bytes: two neighbours in CP949 may look like one. */
  readonly narrow: number;
  /** Of three or four: these come about by chance only where every byte is random. */
  readonly wide: number;
  readonly flaws: number;
}

const utf8Evidence = (bytes: Uint8Array): Utf8Evidence => {
  let [narrow, wide, flaws] = [0, 0, 0];
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    const length =
      byte < 0x80
        ? 1
        : byte >= 0xc2 && byte <= 0xdf
          ? 2
          : byte >= 0xe0 && byte <= 0xef
            ? 3
            : byte >= 0xf0 && byte <= 0xf4
              ? 4
              : 0;
    let followed = 1;
    while (followed < length && ((bytes[at + followed] ?? 0) & 0xc0) === 0x80) followed++;
    if (length === 0 || followed < length) flaws++;
    else if (length === 2) narrow++;
    else if (length > 2) wide++;
    at += followed;
  }
  return { narrow, wide, flaws };
};

/** Pairs of bytes as CP949 has them (https://encoding.spec.whatwg.org/#index-euc-kr). */
interface Cp949Evidence {
  /** The 2,350 syllables of KS X 1001, with its signs: nearly all of what Koreans write. */
  readonly common: number;
  /** What speaks against it: bytes that make no pair, and syllables that hardly a word has (`don’t` in Windows-1252 holds one). */
  readonly against: number;
}

const cp949Evidence = (bytes: Uint8Array): Cp949Evidence => {
  let [syllables, others, against] = [0, 0, 0];
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) continue;
    const trail = bytes[at + 1] ?? 0;
    const isPair = lead > 0x80 && lead < 0xff && trail > 0x40 && trail < 0xff;
    if (isPair && trail >= 0xa1 && lead >= 0xa1) {
      const isSyllable = lead >= 0xb0 && lead <= 0xc8;
      // Rows 0xC9 and 0xFE are nobody's.
      if (lead === 0xc9 || lead === 0xfe) against++;
      else if (isSyllable) syllables++;
      else others++;
      at++;
    } else {
      against++;
      // An ASCII letter behind a lead byte that it does not belong to is read again.
      if (isPair && (lead <= 0xa0 || trail > 0x80)) at++;
    }
  }
  // Hanja and signs are half as telling, and less where no syllable is among them: «été» holds two.
  return { common: syllables + others * (syllables > 0 ? 0.5 : 0.25), against };
};

/** Of two that speak half for and half against, neither is it. */
const MAX_AGAINST = 0.5;
/** UTF-8 is told by less: its longer characters hardly come about by chance. */
const MAX_AGAINST_UTF8 = 0.7;
/** What every byte is a character of: that a text can be read as one says nothing. */
const SINGLE_BYTE = /^(?:windows|iso-8859|koi8|x?-?mac|ibm)/;

/**
 * The encoding of a text: by its byte order mark, else UTF-8, UTF-16, CP949 (what Korean Windows writes) or Windows-1252,
 * whichever the bytes speak for most. `declared` counts where the bytes allow it: many pages declare the wrong one.
 */
export const encodingOf = (bytes: Uint8Array, declared: string | undefined): string => {
  const marked = markedAs(bytes) ?? utf16In(bytes);
  if (marked !== null) return marked;
  const label = declared === undefined ? null : labelOf(declared);
  // All of it is ASCII, with escapes between.
  if (label === "iso-2022-jp" && bytes.includes(0x1b)) return label;
  const { narrow, wide, flaws } = utf8Evidence(bytes);
  if (flaws === 0 && (wide > 0 || narrow === 0)) return "utf-8";
  const utf8 = flaws / (narrow + wide + flaws);
  if (label !== null && label !== "utf-8" && fits(bytes, label)) {
    const isUtf8 = wide > 0 ? utf8 <= MAX_AGAINST : flaws === 0 && SINGLE_BYTE.test(label);
    if (!isUtf8) return label;
  }
  const { common, against } = cp949Evidence(bytes);
  const cp949 = against / (common + against || 1);
  if (label === "utf-8" && utf8 <= cp949) return label;
  if (utf8 <= (wide > 0 ? MAX_AGAINST_UTF8 : MAX_AGAINST) && utf8 <= cp949) return "utf-8";
  return cp949 < MAX_AGAINST ? "euc-kr" : "windows-1252";
};

/** The standard's name for an encoding. Null: there is none. */
const labelOf = (declared: string): string | null => {
  try {
    return new TextDecoder((ALIASES[declared] ?? declared) as Bun.Encoding).encoding;
  } catch {
    return null;
  }
};

/** The share of characters that may be flawed in a text that is still what it is declared as. */
const MAX_FLAWS = 0.05;

const fits = (bytes: Uint8Array, label: string): boolean => {
  const { damaged, controls, others } = flawsIn(new TextDecoder(label as Bun.Encoding).decode(bytes));
  return damaged + controls <= Math.max(1, others * MAX_FLAWS);
};

/** Characters that no text holds, and how many it has besides. */
export interface Flaws {
  /** U+FFFD, for what could not be decoded. */
  readonly damaged: number;
  /** Control characters but white space and the escape. */
  readonly controls: number;
  /** Beyond ASCII. */
  readonly others: number;
}

export const flawsIn = (text: string): Flaws => {
  let [damaged, controls, others] = [0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x20 && code < 0x80) continue;
    if (code === 0xfffd) damaged++;
    else if (code > 0x9f) others++;
    else if (code < 9 || code > 13) controls += code === 0x1b ? 0 : 1;
  }
  return { damaged, controls, others };
};
