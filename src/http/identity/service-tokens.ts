import { createHash, timingSafeEqual } from "node:crypto";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Returns a check for these tokens. It compares digests of equal length, all of them and in constant time, so that
 * timing reveals neither a token, nor its length, nor which of them matched.
 */
export const serviceTokenCheck = (tokens: readonly string[]): ((given: string) => boolean) => {
  const expected = tokens.map(digest);
  return (given) => {
    const found = digest(given);
    return expected.filter((token) => timingSafeEqual(token, found)).length > 0;
  };
};
