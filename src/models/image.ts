import { type Image, readImage } from "../domain/image.ts";
import { ModelError } from "./contract.ts";

/** Reads a picture of a request. Throws a ModelError when the text is not one. */
export const imageOf = (text: string): Image => {
  const image = readImage(text);
  if (image !== null) return image;
  throw new ModelError("model_unavailable", "An image must be an http(s) URL or a base64 data: URL.", {
    retryable: false,
    isRecoverable: false,
  });
};
