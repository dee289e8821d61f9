import { MIMEType } from "node:util";
import type { Upload } from "../domain/document.ts";

/**
 * Reads a file from a `data:` URL, percent-encoded or base64, as browsers do (WHATWG Fetch §6, "data: URL processor").
 * The media type's parameter `name`, which some clients add, is the file's name. Null when it is not a data URL.
 */
export const readDataUrl = (url: string): Upload | null => {
  const match = /^\s*data:([^,]*),([^#]*)/i.exec(url);
  if (match === null) return null;
  const [, head = "", body = ""] = match;
  const isBase64 = /; *base64\s*$/i.test(head);
  const raw = percentDecoded(body);
  const bytes = isBase64 ? base64Decoded(raw) : raw;
  return bytes === null ? null : { ...typeOf(isBase64 ? head.replace(/; *base64\s*$/i, "") : head), bytes };
};

const typeOf = (head: string): Pick<Upload, "name" | "mediaType"> => {
  const text = head.trim();
  const written = text.startsWith(";") ? `text/plain${text}` : text;
  try {
    const type = new MIMEType(written);
    return { name: type.params.get("name") ?? "", mediaType: type.toString() };
  } catch {
    return { name: "", mediaType: "text/plain;charset=US-ASCII" };
  }
};

/** URL §1.3: invalid escapes stay as they are, and non-ASCII characters are UTF-8. */
const percentDecoded = (text: string): Uint8Array => {
  const source = new TextEncoder().encode(text);
  const bytes = new Uint8Array(source.length);
  let length = 0;
  for (let at = 0; at < source.length; at++) {
    const isEscape = source[at] === PERCENT && isHex(source[at + 1]) && isHex(source[at + 2]);
    bytes[length++] = isEscape
      ? Number.parseInt(String.fromCharCode(source[at + 1] ?? 0, source[at + 2] ?? 0), 16)
      : (source[at] ?? 0);
    if (isEscape) at += 2;
  }
  return bytes.subarray(0, length);
};

const PERCENT = 0x25;
/** 0-9, A-F, a-f. Compares ranges for speed: a megabyte holds 300,000 escapes. */
const isHex = (code = 0): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);

/**
 * `atob` is the forgiving decoder (WHATWG Infra §7): white space and missing padding pass, anything else is refused.
 */
const base64Decoded = (bytes: Uint8Array): Uint8Array | null => {
  try {
    return Buffer.from(atob(Buffer.from(bytes).toString("latin1")), "latin1");
  } catch {
    return null;
  }
};
