/** The text is not a formula, or has two readings. */
export class NotationError extends Error {
  override readonly name = "NotationError";
  /**
   * @param message What is wrong and how to write it, in English, for the author of the formula.
   * @param start Where in the text the error is.
   * @param readings The possible formulas when it is ambiguous.
   */
  constructor(
    message: string,
    readonly start: number,
    readonly end: number,
    readonly readings: readonly string[] = [],
  ) {
    super(message);
  }
}
