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
  /** Longest event that is buffered, in characters; past it the stream counts as garbage. */
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
  /** The events themselves cannot be read. */
  fail(cause: unknown): void;
}
