/** A POST of JSON. */
export interface UpstreamRequest {
  /** http or https. */
  readonly url: string;
  /** Without `content-type`, which is JSON's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborting ends the exchange wherever it is, with the signal's reason, and closes its connection. */
  readonly signal: AbortSignal;
}

/** A response whose head has come. */
export interface UpstreamResponse {
  /** 200–599. A redirect is not followed. */
  readonly status: number;
  /** A header's value; null when there is none. Case does not matter. */
  header(name: string): string | null;
  readonly body: TextBody;
}

/** Where a body is poured. After `end` or `fail`, of which one comes, nothing does. None of them may throw. */
export interface TextSink {
  text(piece: string): void;
  end(): void;
  /** What broke the connection; the signal's reason once that has aborted. */
  fail(thrown: unknown): void;
}

/** A body, read as UTF-8. It is handed over as it comes, without a promise: a stream's reader costs one for each token. */
export interface TextBody {
  /** Once. What has come already is handed over at once. */
  pour(into: TextSink): void;
  /** Until `resume`, nothing is handed over, and the server is made to wait. */
  pause(): void;
  resume(): void;
  /** Nothing more is wanted, and little should be left: the connection is kept if the body's end comes soon. */
  finish(): void;
  /** Nothing more is wanted: the connection is closed unless the body has ended. */
  cancel(): void;
}

/**
 * Sends a request and waits for the response's head, as long as that takes. Throws the signal's reason when it was aborted,
 * and otherwise an Error that says what happened to the connection.
 */
export type Post = (request: UpstreamRequest) => Promise<UpstreamResponse>;
