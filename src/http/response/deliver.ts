import { ByteStream, CUT, type Give, type StreamStep } from "../../streams/byte-stream.ts";

/** The part of Elysia's context that a `mapResponse` hook of ours touches. */
interface Exchange {
  readonly response: unknown;
  readonly set: { readonly status?: number | string | undefined; readonly headers: Record<string, unknown> };
}

/**
 * Streams what a handler gave as a ByteStream: a `mapResponse` hook, in place of Elysia's own way with generators. That one
 * goes through a default ReadableStream, whose queue and promises cost a token 2 to 4 µs and a quiet reader some 5 KiB;
 * Bun's direct streams write to the socket, and say as well when it takes no more.
 */
export const deliver = ({ response, set }: Exchange): Response | undefined => {
  if (!(response instanceof ByteStream)) return undefined;
  return new Response(new ReadableStream(new Delivery(response)), { headers: set.headers as Record<string, string> });
};

/**
 * One response's way to its socket. A step is taken as soon as the one before it was written, and not before the socket
 * took that: a reader who does not read holds up nobody, and nothing is kept for it here.
 */
class Delivery implements Bun.DirectUnderlyingSource<Uint8Array> {
  readonly type = "direct";
  #controller: ReadableStreamDirectController | undefined;
  /** While `take` has not returned, a step must not take the next: those that come at once would nest. */
  #isTaking = false;
  #isGiven = false;

  constructor(private readonly stream: ByteStream) {}

  /** Bun's server calls it once, and leaves the stream open until its end is written. */
  pull(controller: ReadableStreamDirectController): void {
    if (this.#controller !== undefined) return;
    this.#controller = controller;
    this.#pump();
  }

  cancel(): void {
    this.#controller = undefined;
    this.stream.leave();
  }

  readonly #pump = (): void => {
    do {
      this.#isGiven = false;
      this.#isTaking = true;
      this.stream.take(this.#give);
      this.#isTaking = false;
    } while (this.#isGiven);
  };

  /** A commit may be what calls this, on behalf of all runs: what goes wrong with one socket stays here. */
  readonly #give: Give = (step) => {
    try {
      this.#write(step);
    } catch (thrown) {
      const controller = this.#controller;
      this.cancel();
      // Without it the connection would stay open with nobody to write to it.
      controller?.close(thrown instanceof Error ? thrown : new Error("the stream broke", { cause: thrown }));
    }
  };

  #write(step: StreamStep): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    const { done, value } = step;
    if (done) {
      this.#controller = undefined;
      // Without a last chunk (RFC 9112 §7.1) what came before is no whole response.
      if (step === CUT) controller.close(new Error("the stream is cut off"));
      else controller.end();
      return;
    }
    const written = controller.write(value);
    controller.flush();
    // A promise: the socket is full until then.
    if (typeof written !== "number") written.then(this.#pump, () => {});
    else if (this.#isTaking) this.#isGiven = true;
    else this.#pump();
  }
}
