import { HTTPParser } from "http-parser-js";
import type { TextBody, TextSink, UpstreamResponse } from "./contract.ts";

/** What an exchange asks of the connection that it has for itself. */
export interface Line {
  pause(): void;
  resume(): void;
  /** The exchange is over. Reusable: its response was read to the end, and the server would take another request. */
  end(isReusable: boolean): void;
}

type Head = Parameters<InstanceType<typeof HTTPParser>[typeof HTTPParser.kOnHeadersComplete]>[0];

/** Characters that may wait here before the server is made to wait. */
const MAX_UNREAD = 1024 * 1024;
/** Bytes of chunk sizes, trailers and interim responses that may come in a row, without a byte of the body. */
const MAX_FRAMING = 128 * 1024;
/** What a body that nobody reads any more may still bring for the sake of its connection. */
const FINISH_BYTES = 16 * 1024;
const FINISH_MS = 1_000;

const STREAMING = { stream: true } as const;

/**
 * One request's response, from the bytes that arrive to the text that is read: HTTP/1.1 and 1.0 (RFC 9112), the body
 * chunked, counted or ended by the connection's close. Knows no socket. It ends once: with the body, or by a failure.
 */
export class Exchange implements TextBody {
  /** Whether a byte has come. A server that had closed an idle connection before it saw the request sends none. */
  hasBegun = false;
  readonly #head = Promise.withResolvers<UpstreamResponse>();
  readonly #parser = new HTTPParser(HTTPParser.RESPONSE);
  readonly #decoder = new TextDecoder();
  #unread = "";
  #sink: TextSink | undefined;
  #isHeld = false;
  #isInterim = false;
  /** Whether the server is made to wait. */
  #isPaused = false;
  #isOver = false;
  #hasLeft = false;
  #isReusable = false;
  #failure: { readonly thrown: unknown } | undefined;
  #framing = 0;
  /** Bytes that may still come, once nobody reads. */
  #grace: number | undefined;
  #graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly line: Line,
    private readonly signal: AbortSignal,
  ) {
    const parser = this.#parser;
    parser[HTTPParser.kOnHeadersComplete] = (head) => this.#begin(head);
    parser[HTTPParser.kOnBody] = (bytes) => this.#take(bytes);
    parser[HTTPParser.kOnMessageComplete] = () => this.#complete();
    signal.addEventListener("abort", this.#abort);
  }

  /** Rejects with whatever came first: the signal's reason, or what happened to the connection. */
  get head(): Promise<UpstreamResponse> {
    return this.#head.promise;
  }

  /** Takes what has arrived. The bytes are the caller's again afterwards. */
  feed(bytes: Buffer): void {
    this.hasBegun = true;
    this.#framing += bytes.length;
    const fault = this.#parser.execute(bytes);
    if (fault instanceof Error) this.#isReusable = false;
    if (this.#isOver) this.#ended();
    else if (fault instanceof Error) this.fail(fault);
    else if (this.#framing > MAX_FRAMING)
      this.fail(new Error("The server sends no body, but chunk sizes or headers only."));
  }

  /** The connection is closed. */
  close(error?: Error): void {
    if (this.#isOver) return;
    // A body without a length ends here, as it should.
    if (error === undefined) this.#parser.finish();
    if (this.#isOver) this.#ended();
    else this.fail(error ?? new Error(`The server closed the connection ${this.hasBegun ? "too early" : "unasked"}.`));
  }

  /** Ends the exchange, unless it is over. Text that has come before can still be read. */
  fail(thrown: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isReusable = false;
    this.#failure = { thrown };
    this.#head.reject(thrown);
    this.#leave();
    this.#handOver();
  }

  pour(into: TextSink): void {
    this.#sink = into;
    this.#handOver();
  }

  pause(): void {
    this.#isHeld = true;
  }

  resume(): void {
    this.#isHeld = false;
    this.#handOver();
  }

  finish(): void {
    this.#sink = undefined;
    if (this.#isOver) return;
    this.#unread = "";
    this.#grace = FINISH_BYTES;
    this.#graceTimer = setTimeout(() => this.cancel(), FINISH_MS);
    this.#graceTimer.unref();
    this.#resume();
  }

  cancel(): void {
    this.#sink = undefined;
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isReusable = false;
    this.#leave();
  }

  #begin({ statusCode, headers, shouldKeepAlive }: Head): void {
    if (this.#isOver) {
      // A response that nobody asked for follows the one that was.
      this.#isReusable = false;
      return;
    }
    this.#isInterim = statusCode < 200;
    if (this.#isInterim) return;
    const header = (name: string): string | null => {
      const at = headers.findIndex((word, index) => index % 2 === 0 && word.toLowerCase() === name.toLowerCase());
      return (at >= 0 && headers[at + 1]) || null;
    };
    const coding = header("content-encoding") ?? "identity";
    if (coding.toLowerCase() !== "identity") {
      this.fail(new Error(`The server sent content-encoding ${coding}, which it was told not to.`));
      return;
    }
    this.#isReusable = shouldKeepAlive;
    this.#head.resolve({ status: statusCode, header, body: this });
  }

  #take(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#framing = 0;
    if (this.#grace !== undefined) {
      this.#grace -= bytes.length;
      if (this.#grace < 0) this.cancel();
      return;
    }
    const text = this.#decoder.decode(bytes, STREAMING);
    if (this.#sink !== undefined && !this.#isHeld) {
      this.#sink.text(text);
      return;
    }
    this.#unread += text;
    if (this.#unread.length > MAX_UNREAD && !this.#isPaused) {
      this.#isPaused = true;
      this.line.pause();
    }
  }

  #complete(): void {
    if (this.#isOver || this.#isInterim) return;
    this.#isOver = true;
  }

  /** The connection may have another exchange before this one's last words are heard. */
  #ended(): void {
    this.#leave();
    this.#handOver();
  }

  /** Text that has waited, then the end, if it has come. */
  #handOver(): void {
    if (this.#unread !== "" && this.#sink !== undefined && !this.#isHeld) {
      const text = this.#unread;
      this.#unread = "";
      this.#resume();
      this.#sink.text(text);
    }
    const sink = this.#sink;
    if (!this.#isOver || sink === undefined || this.#isHeld) return;
    this.#sink = undefined;
    if (this.#failure === undefined) sink.end();
    else sink.fail(this.#failure.thrown);
  }

  readonly #abort = (): void => this.fail(this.signal.reason);

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.line.resume();
  }

  /** Gives the connection back, once. */
  #leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.signal.removeEventListener("abort", this.#abort);
    clearTimeout(this.#graceTimer);
    this.#resume();
    this.line.end(this.#isReusable);
  }
}
