import { hasLength } from "./text.ts";

/** An image of a request: a URL, which the model's provider fetches itself, or the image in base64. */
export type Image =
  | { readonly url: URL }
  | {
      /** Such as `image/png`. Empty when not given. */
      readonly mediaType: string;
      readonly base64: string;
    };

/** Images per question, at most. */
export const MAX_IMAGES = 16;
/** Proxies and servers refuse longer URLs; signed ones of object stores take up to 2,000 characters. */
const MAX_ADDRESS = 8192;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const PICTURE = /^(?:image\/[\w.+-]+)?$/i;

/**
 * Reads an http(s) URL or a base64 `data:` URL of an image (RFC 2397). Null for anything else: a `file:` URL would name
 * a file on the model server.
 */
export const readImage = (text: string): Image | null => {
  if (!/^data:/i.test(text)) {
    const url = !hasLength(text, 0, MAX_ADDRESS) || /\s/.test(text) ? null : URL.parse(text);
    return url?.protocol === "https:" || url?.protocol === "http:" ? { url } : null;
  }
  const comma = text.indexOf(",");
  const [mediaType = "", ...parameters] = text.slice("data:".length, comma).split(";");
  const isBase64 = comma > 0 && parameters.at(-1)?.trim().toLowerCase() === "base64";
  const base64 = text.slice(comma + 1);
  return isBase64 && PICTURE.test(mediaType) && BASE64.test(base64) ? { mediaType, base64 } : null;
};
