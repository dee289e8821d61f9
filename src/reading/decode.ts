import { UnreadableError } from "../domain/unreadable.ts";
import { encodingOf, flawsIn } from "./encoding.ts";

/**
 * Bytes as text, in the encoding that they speak for as a whole, see `encodingOf`. What is damaged becomes U+FFFD, and the
 * rest stays what it is. Lines end in \n. Throws `malformed` for what is text in no encoding that is read here.
 *
 * Bun's `euc-kr` is the whole of CP949, as the Encoding standard has it (https://encoding.spec.whatwg.org/#index-euc-kr).
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

/** Share of control characters past which it is no text, but bytes that happen to decode. */
const MAX_CONTROLS = 0.01;
/** In a short text so many are what a damaged byte has come to. */
const FEW_CONTROLS = 2;
/** Share of characters that could not be decoded, past which too little is left. */
const MAX_DAMAGE = 0.1;
/** In a short text so many are damage all the same, up to half of it. */
const FEW_DAMAGED = 12;
