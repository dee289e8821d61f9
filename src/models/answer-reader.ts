/**
 * Reads one answer from the data of its events. Its methods add parts to `parts`, which the caller empties. Once `over`
 * is true, nothing more is read, and the caller throws `failure`, if there is one, after the last part.
 */
export interface AnswerReader<Part> {
  readonly parts: Part[];
  readonly over: boolean;
  readonly failure: Error | undefined;
  /** How much has been emitted; unchanged when nothing was. */
  readonly emitted: number;
  /** Longest event, or body of JSON, that is buffered, in characters. */
  readonly maxEvent: number;
  /** Takes the data of an event. */
  take(data: string): void;
  /** Takes the data of an event whose name says that it is an error. */
  takeError(data: string): void;
  /** Takes a body that is not an event stream, and is its last call. */
  takeWhole(body: string): void;
  /** The body has ended. */
  end(): void;
  /** The connection broke. */
  cut(cause: unknown): void;
  /** The answer is larger than it may be. `what` completes "The answer …". */
  exceed(what: string): void;
}
