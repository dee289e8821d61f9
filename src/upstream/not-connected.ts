/** No connection came about, so nothing of the request was sent: it can be sent again without being made twice. */
export class NotConnected extends Error {
  override readonly name = "NotConnected";
  /** The system's word for why, such as `ECONNREFUSED`. */
  readonly code: string | undefined;

  constructor(cause: Error) {
    super(cause.message, { cause });
    this.code = codeOf(cause);
  }
}

/** What `fetch` fails with before it has a connection. */
const BEFORE_SENDING: ReadonlySet<string | undefined> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
]);

/** Returns what a `fetch` failed with: a NotConnected when it sent nothing. */
export const failureOfFetch = (error: unknown): unknown =>
  error instanceof Error && BEFORE_SENDING.has(codeOf(error)) ? new NotConnected(error) : error;

const codeOf = (error: Error): string | undefined =>
  "code" in error && typeof error.code === "string" ? error.code : undefined;
