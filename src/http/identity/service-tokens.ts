import { createHash, timingSafeEqual } from "node:crypto";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Whether a text is one of these tokens. Digests of equal length are compared, each of them and in constant time, so that
 * neither a token nor its length nor which of them it was can be felt out.
 */
export const serviceTokenCheck = (tokens: readonly string[]): ((given: string) => boolean) => {
  const expected = tokens.map(digest);
  return (given) => {
    const found = digest(given);
    return expected.filter((token) => timingSafeEqual(token, found)).length > 0;
  };
};
