/** The database did not execute a call. `message` is fit for a log line; nothing of it goes to a client. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  /**
   * True when the database certainly did not receive the call, or certainly refused it: nothing was written. False when
   * that is not known.
   */
  readonly isUntried: boolean;
  constructor(
    /** `unavailable` may pass; `failed` will not. */
    readonly code: "unavailable" | "failed",
    message: string,
    options: { readonly cause?: unknown; readonly isUntried?: boolean } = {},
  ) {
    super(message, { cause: options.cause });
    this.isUntried = options.isUntried ?? code === "failed";
  }
}

/** The message names them, and the remedy. */
export class MigrationsMissing extends StoreError {
  constructor(names: readonly string[]) {
    super(
      "failed",
      `it lacks the migrations ${names.join(", ")}: "yeoul migrate" applies them, and so does every start`,
    );
  }
}
