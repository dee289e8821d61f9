/**
 * The event-stream format, outgoing side (WHATWG HTML §9.2.6 "Interpreting an event stream"). UTF-8, `\n` line ends.
 */
export interface Frame {
  /** Sent as the `id:` line; must not hold CR, LF or NUL. */
  readonly id?: string;
  /** Sent as the `event:` line; must not hold CR or LF. Defaults to `message` for the reader. */
  readonly event?: string;
  readonly data: string;
}

/** A frame that readers skip: it opens a stream and keeps a quiet one alive. */
export const COMMENT_FRAME = ":\n\n";

/** The last frame of a stream whose reader is to reconnect after `ms`: EventSource, and clients that behave like it. */
export const retryFrame = (ms: number): string => `retry: ${ms}\n\n`;

const LINE_BREAK = /\r\n|\r|\n/;
const FORBIDDEN_IN_FIELD = /[\r\n\0]/;

const field = (name: "id" | "event", value: string): string => {
  // These two fields cannot be split: the text after the break would be read as a line of its own, a forged frame.
  if (FORBIDDEN_IN_FIELD.test(value)) throw new TypeError(`an ${name} must not hold CR, LF or NUL`);
  return `${name}: ${value}\n`;
};

/**
 * Returns a frame without data: readers show nothing and store the id as that of the last event. Throws as
 * `encodeFrame`.
 */
export const encodeId = (id: string): string => `${field("id", id)}\n`;

/**
 * Encodes one frame. Data that holds CR, LF or CRLF becomes several `data:` lines, which a reader joins with LF.
 * Throws a TypeError when `id` or `event` holds CR, LF or NUL.
 */
export const encodeFrame = (frame: Frame): string => {
  const head =
    (frame.id === undefined ? "" : field("id", frame.id)) +
    (frame.event === undefined ? "" : field("event", frame.event));
  if (!LINE_BREAK.test(frame.data)) return `${head}data: ${frame.data}\n\n`;
  const lines = frame.data.split(LINE_BREAK).map((line) => `data: ${line}\n`);
  return `${head}${lines.join("")}\n`;
};
