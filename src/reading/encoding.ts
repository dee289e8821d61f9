/*
 * Detects encodings by evidence from all bytes: a damaged byte is a flaw of one character, not of the file. Detectors
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

/** Returns the label of a byte order mark, or null when there is none. */
const markedAs = (bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | null => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? "utf-8" : null;
};

/** The minimum share of ASCII units in UTF-16 without a mark: its spaces, digits and line ends, each with a NUL. */
const MIN_ASCII = 0.02;

/**
 * Detects UTF-16, by its mark or without one: it has ASCII characters with their NULs, and the rest is text too. Null:
 * the bytes are in another encoding. Bytes that contain NULs and are not UTF-16 are not text.
 */
export const utf16In = (bytes: Uint8Array): "utf-16le" | "utf-16be" | null => {
  const marked = markedAs(bytes);
  if (marked === "utf-8") return null;
  if (marked !== null) return marked;
  const units = bytes.length >> 1;
  // An odd length is a text cut within a character; a very short one is more likely something else.
  if (units < 2 || (bytes.length % 2 === 1 && units < 8) || !bytes.includes(0)) return null;
  const ascii = { le: 0, be: 0, twice: 0 };
  for (let at = 0; at < units * 2; at += 2) {
    const [first, second] = [isPrintable(bytes[at]), isPrintable(bytes[at + 1])];
    if (first && second) ascii.twice++;
    else if (first && bytes[at + 1] === 0) ascii.le++;
    else if (second && bytes[at] === 0) ascii.be++;
  }
  // Two ASCII letters look like one Chinese character.
  if (Math.max(ascii.le, ascii.be) < Math.max(units * MIN_ASCII, ascii.twice)) return null;
  const encoding = ascii.le > ascii.be ? "utf-16le" : "utf-16be";
  const { damaged, controls } = flawsIn(new TextDecoder(encoding).decode(bytes.subarray(0, units * 2)));
  return damaged + controls <= units * MAX_FLAWS ? encoding : null;
};

const isPrintable = (byte = 0): boolean => (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13);

/** Counts of UTF-8 characters by length in bytes, and of bytes that belong to none. */
interface Utf8Evidence {
  /** Of two bytes. Two adjacent bytes of CP949 may look like one. */
  readonly narrow: number;
  /** Of three or four bytes. These occur by chance only in random bytes. */
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

/** Counts of byte pairs in CP949 (https://encoding.spec.whatwg.org/#index-euc-kr). */
interface Cp949Evidence {
  /** The 2,350 syllables of KS X 1001, and its signs: nearly everything that Koreans write. */
  readonly common: number;
  /**
   * Evidence against: bytes that form no pair, and syllables that hardly any word contains (`don’t` in Windows-1252
   * contains one).
   */
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
      // Rows 0xC9 and 0xFE are unassigned.
      if (lead === 0xc9 || lead === 0xfe) against++;
      else if (isSyllable) syllables++;
      else others++;
      at++;
    } else {
      against++;
      // An ASCII letter after a lead byte that forms no pair is read again by itself.
      if (isPair && (lead <= 0xa0 || trail > 0x80)) at++;
    }
  }
  // Hanja and signs count half, and a quarter when there are no syllables: «été» contains two.
  return { common: syllables + others * (syllables > 0 ? 0.5 : 0.25), against };
};

/** The maximum share of evidence against an encoding. */
const MAX_AGAINST = 0.5;
/** UTF-8 needs less evidence: its longer characters hardly occur by chance. */
const MAX_AGAINST_UTF8 = 0.7;
/** Encodings in which every byte is a character: that a text decodes proves nothing. */
const SINGLE_BYTE = /^(?:windows|iso-8859|koi8|x?-?mac|ibm)/;

/**
 * Detects the encoding of a text: by its byte order mark, else UTF-8, UTF-16, CP949 (the default of Korean Windows) or
 * Windows-1252, by the evidence of its bytes. `declared` counts only if the bytes allow it: many pages declare the
 * wrong encoding.
 */
export const encodingOf = (bytes: Uint8Array, declared: string | undefined): string => {
  const marked = markedAs(bytes) ?? utf16In(bytes);
  if (marked !== null) return marked;
  const label = declared === undefined ? null : labelOf(declared);
  // ISO-2022-JP is all ASCII bytes, with escape sequences.
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

/** Returns the standard's name for an encoding, or null when there is none. */
const labelOf = (declared: string): string | null => {
  try {
    return new TextDecoder((ALIASES[declared] ?? declared) as Bun.Encoding).encoding;
  } catch {
    return null;
  }
};

/** The maximum share of flawed characters in a text that is still taken for what it is declared as. */
const MAX_FLAWS = 0.05;

const fits = (bytes: Uint8Array, label: string): boolean => {
  const { damaged, controls, others } = flawsIn(new TextDecoder(label as Bun.Encoding).decode(bytes));
  return damaged + controls <= Math.max(1, others * MAX_FLAWS);
};

/** Counts of the characters that no text contains, and of its other non-ASCII characters. */
export interface Flaws {
  /** U+FFFD, for bytes that could not be decoded. */
  readonly damaged: number;
  /** Control characters, except white space and the escape character. */
  readonly controls: number;
  /** Other non-ASCII characters. */
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
