/** Why an uploaded or fetched document cannot be read. */
export type UnreadableCode =
  /** No reader supports this kind of file. */
  | "unsupported"
  | "too_large"
  /** It requires a password. */
  | "encrypted"
  /** Its content does not match its type: no PDF, no UTF-8, ragged rows. */
  | "malformed"
  /** It has no content. */
  | "empty"
  /** An address that this service must not fetch. */
  | "forbidden_address"
  /** Too many documents are already waiting to be read. */
  | "busy"
  /** The server answered with an error, too late, or not at all. */
  | "unreachable";

/**
 * `message` is meant for people: it names the problem and the remedy, never the content, an address behind a name, or a
 * stack.
 */
export class UnreadableError extends Error {
  override readonly name = "UnreadableError";
  constructor(
    readonly code: UnreadableCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}
