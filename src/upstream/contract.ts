/** A text, or one in pieces: those that are sent again and again are encoded once, as UTF-8. */
export type Body = string | readonly (string | Uint8Array)[];

/** A POST of JSON. */
export interface UpstreamRequest {
  /** http or https. */
  readonly url: string;
  /** Without `content-type`, which is always JSON. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
  /** Aborting it ends the exchange at any point, with the signal's reason, and closes the connection. */
  readonly signal: AbortSignal;
}

/** A response whose head has arrived. */
export interface UpstreamResponse {
  /** 200–599. Redirects are not followed. */
  readonly status: number;
  /** Returns a header's value, or null when it is absent. Case-insensitive. */
  header(name: string): string | null;
  readonly body: TextBody;
}

/** Receives a body. Exactly one of `end` and `fail` is called, and nothing after it. None of the methods may throw. */
export interface TextSink {
  text(piece: string): void;
  end(): void;
  /** Receives the connection's error, or the signal's reason once it has aborted. */
  fail(thrown: unknown): void;
}

/** A body, decoded as UTF-8. It is pushed as it arrives, without a promise: a stream's reader costs one per token. */
export interface TextBody {
  /** Called once. Text that has already arrived is pushed at once. */
  pour(into: TextSink): void;
  /** Nothing is pushed until `resume`, and back-pressure stops the server. */
  pause(): void;
  resume(): void;
  /** The rest is not needed and should be short: the connection stays open if the body ends soon. */
  finish(): void;
  /** The rest is not needed: the connection is closed unless the body has ended. */
  cancel(): void;
}

/**
 * Sends a request and waits for the response's head, without a time limit. Throws the signal's reason when it aborted,
 * and otherwise an Error that describes the connection's failure: a NotConnected when nothing was sent.
 */
export type Post = (request: UpstreamRequest) => Promise<UpstreamResponse>;
