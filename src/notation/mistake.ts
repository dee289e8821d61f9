/** A text that is no formula, or may be two. */
export class NotationError extends Error {
  override readonly name = "NotationError";
  /**
   * @param message in English, for whoever wrote the formula: what is wrong, and how to write it.
   * @param start where in the text the trouble is.
   * @param readings the formulas that it could mean, where it is ambiguous.
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
