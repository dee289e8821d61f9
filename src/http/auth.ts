import { createHash, timingSafeEqual } from "node:crypto";
import { RequestError } from "../domain/error.ts";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * The guard of all endpoints that want a token: throws `unauthorized` without one, `forbidden` with a wrong one. Digests
 * of equal length are compared, in constant time, so that neither the token nor its length can be felt out.
 */
export const bearerGuard = (token: string): ((headers: Headers) => void) => {
  const expected = digest(token);
  return (headers) => {
    const [scheme, given] = (headers.get("authorization") ?? "").split(/\s+/, 2);
    if (scheme?.toLowerCase() !== "bearer" || !given) {
      throw new RequestError("unauthorized", "Send the header authorization: Bearer … with the service's token.");
    }
    if (!timingSafeEqual(expected, digest(given)))
      throw new RequestError("forbidden", "The token is not the right one.");
  };
};
