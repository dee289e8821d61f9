import { UnreadableError } from "../domain/unreadable.ts";

/**
 * Bytes as text: by their byte order mark, else as `declared` says, else as UTF-8, else as CP949 (what Korean Windows
 * writes), else as Windows-1252. A label that does not fit the bytes is passed over: many pages declare the wrong one.
 * Lines end in \n. Throws `malformed` for what is text in none of them.
 *
 * Bun's `euc-kr` is the whole of CP949, as the Encoding standard has it (https://encoding.spec.whatwg.org/#index-euc-kr).
 */
export const decodeText = (bytes: Uint8Array, declared?: string): string => {
  const text = decoded(bytes, declared);
  if (controls(text) > text.length * MAX_CONTROLS) {
    const message = "The file is not text in an encoding that is read here: save it as UTF-8.";
    throw new UnreadableError("malformed", message);
  }
  return text.replace(/\r\n?/g, "\n");
};

/** Share of control characters past which it is no text, but bytes that happen to decode. */
const MAX_CONTROLS = 0.01;

/** Labels in use that the Encoding standard does not list. */
const ALIASES: Readonly<Record<string, string>> = {
  cp949: "euc-kr",
  uhc: "euc-kr",
  ms949: "euc-kr",
  "x-windows-949": "euc-kr",
};

const decoded = (bytes: Uint8Array, declared?: string): string => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  for (const label of [declared, "utf-8", "euc-kr"]) {
    const text = label === undefined ? null : strictly(bytes, ALIASES[label] ?? label);
    if (text !== null) return text;
  }
  return new TextDecoder("windows-1252").decode(bytes);
};

/** Null: the bytes are not that, or there is no such encoding. */
const strictly = (bytes: Uint8Array, label: string): string | null => {
  try {
    return new TextDecoder(label as Bun.Encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is counted.
const CONTROL = /[\0-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f\ufffd]/g;
const controls = (text: string): number => text.match(CONTROL)?.length ?? 0;
