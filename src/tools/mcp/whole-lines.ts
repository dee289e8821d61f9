import { MAX_MESSAGE_BYTES } from "./max-message.ts";

const NEWLINE = 0x0a;
/** The ends of a blank line, which ends an event. */
const BLANKS = ["\n\n", "\n\r\n"] as const;

interface Bounds {
  /** The most bytes of an event, or of a body that is no event stream. Defaults to those of a program's message. */
  readonly maxBytes?: number;
  /** Called before the body fails because of it. */
  onExcess(): void;
}

/**
 * Hands on an event stream in chunks that end with a line. The SDK's parser searches a line from its beginning with
 * every chunk, so that one of 50 MB, as a large result is, takes it many seconds. An event that is too long fails the
 * body, and so does any other body, which the SDK holds as a whole.
 */
export const wholeLines = (response: Response, { maxBytes = MAX_MESSAGE_BYTES, onExcess }: Bounds): Response => {
  const { body, headers, status, statusText } = response;
  if (body === null) return response;
  const take = headers.get("content-type")?.startsWith("text/event-stream") ? new Lines() : new Whole();
  const checked = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        const ready = take.push(chunk);
        if (take.bytes > maxBytes) {
          onExcess();
          controller.error(new Error(`the server sent a message of more than ${maxBytes} bytes`));
        } else if (ready !== null) controller.enqueue(ready);
      },
      flush(controller) {
        const rest = take.rest();
        if (rest !== null) controller.enqueue(rest);
      },
    }),
  );
  return new Response(checked, { headers, status, statusText });
};

/** Joins the chunks of an event stream to whole lines. Each byte is copied once, however small the chunks are. */
class Lines {
  readonly #begun: Uint8Array[] = [];
  /** Bytes of a line without an end, and of the whole lines before it that belong to the same event. */
  #begunBytes = 0;
  #eventBytes = 0;

  /** Of the event that has no end yet. */
  get bytes(): number {
    return this.#eventBytes + this.#begunBytes;
  }

  /** Returns the whole lines that there are now. Null: none. */
  push(chunk: Uint8Array): Uint8Array | null {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    const lines = end > 0 ? Buffer.concat([...this.#begun.splice(0), chunk.subarray(0, end)]) : null;
    if (lines !== null) {
      this.#begunBytes = 0;
      this.#count(lines);
    }
    if (end < chunk.length) this.#begun.push(chunk.subarray(end));
    this.#begunBytes += chunk.length - end;
    return lines;
  }

  rest(): Uint8Array | null {
    return this.#begun.length > 0 ? Buffer.concat(this.#begun) : null;
  }

  /** Lines come whole, so that a blank one at their beginning is one whatever came before. */
  #count(lines: Buffer): void {
    const ends = BLANKS.map((blank) => {
      const at = lines.lastIndexOf(blank);
      return at < 0 ? -1 : at + blank.length;
    });
    const end = Math.max(...ends);
    if (end >= 0) this.#eventBytes = lines.length - end;
    else if (/^\r?\n/.test(lines.toString("latin1", 0, 2))) this.#eventBytes = lines.length;
    else this.#eventBytes += lines.length;
  }
}

/** A body that is handed on as it comes. */
class Whole {
  bytes = 0;

  push(chunk: Uint8Array): Uint8Array {
    this.bytes += chunk.length;
    return chunk;
  }

  rest(): null {
    return null;
  }
}
