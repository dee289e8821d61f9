/** Why something that was handed in, or fetched, cannot be read. */
export type UnreadableCode =
  /** A kind of file that nothing here reads. */
  | "unsupported"
  | "too_large"
  /** It asks for a password. */
  | "encrypted"
  /** Not what it says it is: no PDF, no UTF-8, ragged rows. */
  | "malformed"
  /** Nothing in it. */
  | "empty"
  /** An address that must not be reached from here. */
  | "forbidden_address"
  /** Too much waits to be read already. */
  | "busy"
  /** It answered with an error, too late, or not at all. */
  | "unreachable";

/** `message` is meant for people: it names what is wrong and the remedy, never the content, an address behind a name, or a stack. */
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
