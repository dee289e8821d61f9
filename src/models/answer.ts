import { createParser, type EventSourceMessage, type EventSourceParser } from "eventsource-parser";
import type { TextBody, TextSink } from "../upstream/contract.ts";
import type { AnswerReader } from "./answer-reader.ts";

/** What is read in one turn of the event loop, in characters: 3 ms of the smallest events. Servers send 200 a token. */
const TURN = 32 * 1024;
/** What a piece counts in addition to its characters: a chunk may hold one. */
const PIECE_OVERHEAD = 32;
/** Consecutive characters that emit nothing, such as endless comments or empty choices. */
const MAX_QUIET = 16 * 1024 * 1024;

/**
 * Reads one response and pushes its parts. All of it happens in the call that delivers the bytes: a promise for each
 * token would cost more than reading it. When a server sends more than any model emits, it is read a bounded amount per
 * turn of the event loop, so that all other work gets a turn in between. The connection is returned to the pool after
 * the last part, and closed before it by an abort, a failure or a callback that throws.
 */
export class Answer<Part> implements TextSink {
  readonly #parser: EventSourceParser;
  /** Set by `read`. */
  #resolve: (() => void) | undefined;
  #reject: ((thrown: unknown) => void) | undefined;
  /** How many of the parts read so far have been pushed. */
  #pushed = 0;
  #isOver = false;
  /** Received and not yet read. */
  #rest = "";
  #left = TURN;
  #isPaused = false;
  #quiet = 0;
  #emitted = 0;
  /** What the body is: an event stream, or JSON in one piece, from servers that do not stream or that failed. */
  #form: "events" | "json" | undefined;
  #json = "";

  constructor(
    private readonly body: TextBody,
    private readonly reader: AnswerReader<Part>,
    private readonly signal: AbortSignal,
    private readonly onPart: (part: Part) => Promise<void> | undefined,
  ) {
    // Without `onError`: the parser would create an error, with its stack, for each line that is not a field.
    this.#parser = createParser({ maxBufferSize: reader.maxEvent, onEvent: take(reader) });
  }

  /** Resolves once the finish has been pushed. */
  read(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.body.pour(this);
    });
  }

  text(piece: string): void {
    this.#left -= PIECE_OVERHEAD;
    this.#rest = piece;
    this.#work();
  }

  end(): void {
    if (this.#form === "json") this.reader.takeWhole(this.#json.trim());
    else this.reader.end();
    this.#pushParts();
  }

  fail(thrown: unknown): void {
    if (this.signal.aborted) {
      this.#stop(this.signal.reason);
      return;
    }
    this.reader.cut(thrown);
    this.#pushParts();
  }

  /** Reads what has arrived and pushes its parts, up to the bound of this turn of the event loop. */
  #work(): void {
    while (this.#rest !== "") {
      if (this.#left <= 0) {
        this.#pause();
        setImmediate(() => this.#nextTurn());
        return;
      }
      const piece = this.#rest.slice(0, this.#left);
      this.#rest = this.#rest.slice(piece.length);
      this.#left -= piece.length;
      this.#feed(piece);
      if (!this.#pushParts()) return;
    }
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.body.resume();
  }

  #nextTurn(): void {
    this.#left = TURN;
    if (!this.#isOver) this.#work();
  }

  #feed(piece: string): void {
    if (this.#form === undefined) this.#form = formOf(piece);
    try {
      if (this.#form === "json") this.#addJson(piece);
      else this.#parser.feed(piece);
    } catch {
      // The parser throws for nothing else, and a reader never does.
      this.reader.exceed(`holds an event of more than ${this.reader.maxEvent} characters`);
    }
    const { emitted } = this.reader;
    this.#quiet = emitted === this.#emitted ? this.#quiet + piece.length : 0;
    this.#emitted = emitted;
    if (this.#quiet > MAX_QUIET) this.reader.exceed(`brings no content for more than ${MAX_QUIET} characters`);
  }

  #addJson(piece: string): void {
    this.#json += piece;
    const { maxEvent } = this.reader;
    if (this.#json.length > maxEvent) this.reader.exceed(`is a body of more than ${maxEvent} characters`);
  }

  #pause(): void {
    this.#isPaused = true;
    this.body.pause();
  }

  /** Pushes the parts that have been read. True when there may be more and they can be pushed. */
  #pushParts(): boolean {
    const { parts } = this.reader;
    try {
      for (let part = parts[this.#pushed]; part !== undefined; part = parts[this.#pushed]) {
        this.signal.throwIfAborted();
        this.#pushed += 1;
        const wait = this.onPart(part);
        if (wait !== undefined) {
          this.#pause();
          wait.then(
            () => this.#continue(),
            (thrown: unknown) => this.#stop(thrown),
          );
          return false;
        }
        // The callback may have aborted the call.
        if (this.#isOver) return false;
      }
      this.signal.throwIfAborted();
    } catch (thrown) {
      this.#stop(thrown);
      return false;
    }
    parts.length = 0;
    this.#pushed = 0;
    if (!this.reader.over) return true;
    // The parts before a failure have been pushed by now.
    if (this.reader.failure !== undefined) this.#stop(this.reader.failure);
    else this.#finish();
    return false;
  }

  #continue(): void {
    if (!this.#isOver && this.#pushParts()) this.#work();
  }

  #stop(thrown: unknown): void {
    this.#isOver = true;
    this.#rest = "";
    this.body.cancel();
    this.#reject?.(thrown);
  }

  #finish(): void {
    this.#isOver = true;
    this.#rest = "";
    this.body.finish();
    this.#resolve?.();
  }
}

const take =
  (reader: AnswerReader<unknown>) =>
  ({ event, data }: EventSourceMessage): void =>
    event === "error" ? reader.takeError(data) : reader.take(data);

/** The first character decides: no line of an event stream begins with a bracket. Undefined until it has arrived. */
const formOf = (piece: string): "events" | "json" | undefined => {
  const first = /[^\s\ufeff]/.exec(piece)?.[0];
  if (first === undefined) return undefined;
  return first === "{" || first === "[" ? "json" : "events";
};
