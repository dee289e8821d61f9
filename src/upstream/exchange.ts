import type { TextBody, TextSink, UpstreamResponse } from "./contract.ts";
import type { Framing } from "./framing.ts";
import { Head } from "./head.ts";
import { Utf8 } from "./utf8.ts";

/** The connection as its current exchange uses it. */
export interface Line {
  pause(): void;
  resume(): void;
  /** The exchange is over. Reusable when its response was read to the end and the server accepts another request. */
  end(isReusable: boolean): void;
}

/** The most unread characters before the exchange applies back-pressure. */
const MAX_UNREAD = 1024 * 1024;
/**
 * The weight of a piece besides its characters: each may arrive in a chunk of its own, which costs more than they do.
 */
const PIECE_OVERHEAD = 32;
/** How much of an unread body may still arrive before its connection is closed instead of reused. */
const FINISH_BYTES = 16 * 1024;
const FINISH_MS = 1_000;

interface AwaitedHead {
  readonly head: Head;
  readonly resolve: (response: UpstreamResponse) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * Decodes the response to one request, from bytes to text: HTTP/1.1 and 1.0 (RFC 9112), the body chunked, of known
 * length or ended by the connection's close. Independent of sockets. Ends once: with the body or by a failure.
 */
export class Exchange implements TextBody {
  /** Whether a byte has arrived. A server that closed an idle connection before it received the request sends none. */
  hasBegun = false;
  #response: Promise<UpstreamResponse> | undefined;
  /** Undefined once the head has arrived: a body may take long, and these are not needed for it. */
  #awaited: AwaitedHead | undefined;
  #framing: Framing | undefined;
  readonly #utf8 = new Utf8();
  #unread = "";
  #weight = 0;
  #sink: TextSink | undefined;
  #isHeld = false;
  /** Whether back-pressure stops the server. */
  #isPaused = false;
  #isOver = false;
  #hasLeft = false;
  #isReusable = false;
  #failure: { readonly thrown: unknown } | undefined;
  /** Bytes that may still arrive after `finish`. */
  #grace: number | undefined;
  #graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly line: Line,
    private readonly signal: AbortSignal,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<UpstreamResponse>();
    this.#response = promise;
    this.#awaited = { head: new Head(), resolve, reject };
    signal.addEventListener("abort", this.#abort);
  }

  /** Rejects with the signal's reason or the connection's error, whichever comes first. Not after `pour`. */
  get head(): Promise<UpstreamResponse> {
    if (this.#response === undefined) throw new Error("The response is being read already.");
    return this.#response;
  }

  /** Reads bytes that have arrived. The caller may reuse the buffer afterwards. */
  feed(bytes: Buffer): void {
    this.hasBegun = true;
    try {
      let at = 0;
      while (at < bytes.length && !this.#isOver) at = this.#read(bytes, at);
      // Bytes after the response belong to no request: the next response could not be distinguished from them.
      if (at < bytes.length) this.#isReusable = false;
    } catch (fault) {
      this.fail(fault);
    }
    if (this.#isOver) this.#ended();
  }

  /** The connection is closed. */
  close(error?: Error): void {
    if (this.#isOver) return;
    if (error === undefined && this.#framing?.endsByClose === true) {
      this.#isOver = true;
      this.#ended();
      return;
    }
    this.fail(
      error ??
        new Error(
          `The server closed the connection ${this.hasBegun ? "before its response ended" : "without a response"}.`,
        ),
    );
  }

  /** Ends the exchange unless it is over. Text that arrived earlier can still be read. */
  fail(thrown: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isReusable = false;
    this.#failure = { thrown };
    this.#awaited?.reject(thrown);
    this.#awaited = undefined;
    this.#leave();
    this.#handOver();
  }

  pour(into: TextSink): void {
    this.#response = undefined;
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

  /** Reads the head or a piece of the body. Returns the position to continue at. */
  #read(bytes: Buffer, from: number): number {
    const at =
      this.#awaited === undefined
        ? (this.#framing?.read(bytes, from, this.#take) ?? bytes.length)
        : this.#begin(bytes, from, this.#awaited);
    if (this.#framing?.isOver === true) this.#isOver = true;
    return at;
  }

  #begin(bytes: Buffer, from: number, { head, resolve }: AwaitedHead): number {
    const { at, isWhole } = head.read(bytes, from);
    if (!isWhole) return at;
    this.#framing = head.framing();
    this.#isReusable = head.isReusable && !this.#framing.endsByClose;
    this.#awaited = undefined;
    resolve({ status: head.status, header: (name) => head.field(name), body: this });
    return at;
  }

  readonly #take = (bytes: Buffer, from: number, to: number): void => {
    if (this.#grace !== undefined) {
      this.#grace -= to - from;
      if (this.#grace < 0) this.cancel();
      return;
    }
    const text = this.#utf8.read(bytes, from, to);
    if (this.#sink !== undefined && !this.#isHeld) {
      this.#sink.text(text);
      return;
    }
    this.#unread += text;
    this.#weight += text.length + PIECE_OVERHEAD;
    if (this.#weight > MAX_UNREAD && !this.#isPaused) {
      this.#isPaused = true;
      this.line.pause();
    }
  };

  /** Frees the connection first: it may start another exchange before this one's last text is read. */
  #ended(): void {
    this.#leave();
    this.#handOver();
  }

  /** Pushes the waiting text, then the end if it has arrived. */
  #handOver(): void {
    if (this.#unread !== "" && this.#sink !== undefined && !this.#isHeld) {
      const text = this.#unread;
      this.#unread = "";
      this.#weight = 0;
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

  /** Releases the connection, once. */
  #leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.signal.removeEventListener("abort", this.#abort);
    clearTimeout(this.#graceTimer);
    this.#resume();
    this.line.end(this.#isReusable);
  }
}
