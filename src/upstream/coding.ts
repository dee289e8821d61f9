/** A server compressed its response, although the request asked for none. */
export class UnrequestedCoding extends Error {
  override readonly name = "UnrequestedCoding";

  /** `coding` is the value of `content-encoding`. */
  constructor(coding: string) {
    super(`The server sent content-encoding ${coding} although the request asked for identity.`);
  }
}

/**
 * Throws an UnrequestedCoding for a successful response that is compressed; `coding` is its `content-encoding`. Another
 * status says enough without the body.
 */
export const checkCoding = (status: number, coding: string | null): void => {
  if (status < 300 && isCompressed(coding)) throw new UnrequestedCoding((coding ?? "").slice(0, 100));
};

export const isCompressed = (coding: string | null): boolean => (coding ?? "identity").toLowerCase() !== "identity";
