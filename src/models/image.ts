import { ModelError } from "./contract.ts";

/** A picture of a request: an address, which the provider fetches itself, or the picture in base64. */
export type Image =
  | { readonly url: URL }
  | {
      /** Empty: not given. */
      readonly mediaType: string;
      readonly base64: string;
    };

/**
 * Reads an http(s) address or a base64 `data:` URL (RFC 2397). Throws a ModelError for anything else: a `file:` address
 * would name a file of whoever serves the model.
 */
export const readImage = (image: string): Image => {
  if (image.startsWith("data:")) {
    const comma = image.indexOf(",");
    const [mediaType = "", ...parameters] = image.slice("data:".length, comma).split(";");
    if (comma < 0 || parameters.at(-1)?.trim() !== "base64") throw unusable();
    return { mediaType, base64: image.slice(comma + 1) };
  }
  const url = URL.parse(image);
  if (url?.protocol !== "https:" && url?.protocol !== "http:") throw unusable();
  return { url };
};

const unusable = (): ModelError =>
  new ModelError("model_unavailable", "An image must be an http(s) address or a base64 data: URL.", {
    retryable: false,
  });
