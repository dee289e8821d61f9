import { UnreadableError } from "../domain/unreadable.ts";
import { encodingOf, flawsIn } from "./encoding.ts";

/**
 * Decodes bytes in the encoding that `encodingOf` detects. Damaged bytes become U+FFFD, and the rest is unchanged.
 * Lines end in \n. Throws `malformed` for bytes that are text in no supported encoding.
 *
 * Bun's `euc-kr` is all of CP949, as in the Encoding standard (https://encoding.spec.whatwg.org/#index-euc-kr).
 */
export const decodeText = (bytes: Uint8Array, declared?: string): string => {
  const text = new TextDecoder(encodingOf(bytes, declared) as Bun.Encoding).decode(bytes);
  const { damaged, controls } = flawsIn(text);
  const { length } = text;
  const isBinary = controls > Math.max(length * MAX_CONTROLS, Math.min(FEW_CONTROLS, length / 8));
  if (isBinary || damaged > Math.max(length * MAX_DAMAGE, Math.min(FEW_DAMAGED, length / 2))) {
    const message = "The file's text encoding is not supported. Save it as UTF-8.";
    throw new UnreadableError("malformed", message);
  }
  return text.replace(/\r\n?/g, "\n");
};

/** The share of control characters above which the bytes are not text but happen to decode. */
const MAX_CONTROLS = 0.01;
/** In a short text, up to this many control characters count as damaged bytes. */
const FEW_CONTROLS = 2;
/** The share of characters that could not be decoded above which too little is left. */
const MAX_DAMAGE = 0.1;
/** In a short text, up to this many undecodable characters are accepted, at most half of it. */
const FEW_DAMAGED = 12;
