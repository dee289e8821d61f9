import { ByteStream, CUT, type OnStep, type StreamStep } from "../../streams/byte-stream.ts";

/** The part of Elysia's context that a `mapResponse` hook uses. */
interface HookContext {
  readonly response: unknown;
  readonly set: { readonly status?: number | string | undefined; readonly headers: Record<string, unknown> };
}

/**
 * Streams a ByteStream that a handler returned. It is a `mapResponse` hook and replaces Elysia's handling of
 * generators, which goes through a default ReadableStream, whose queue and promises cost 2 to 4 µs a token and some 5
 * KiB a quiet reader. Bun's direct streams write to the socket and report when it is full.
 */
export const deliver = ({ response, set }: HookContext): Response | undefined => {
  if (!(response instanceof ByteStream)) return undefined;
  return new Response(new ReadableStream(new Delivery(response)), { headers: set.headers as Record<string, string> });
};

/**
 * Writes one response to its socket. A step is taken once the socket has accepted the one before, and not earlier: a
 * slow reader holds nothing up, and nothing is buffered for it here.
 */
class Delivery implements Bun.DirectUnderlyingSource<Uint8Array> {
  readonly type = "direct";
  #controller: ReadableStreamDirectController | undefined;
  /** While `take` has not returned, a step must not take the next: synchronous steps would nest. */
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
      this.stream.take(this.#onStep);
      this.#isTaking = false;
    } while (this.#isGiven);
  };

  /** A commit may call this on behalf of all runs, so an error of one socket must not escape. */
  readonly #onStep: OnStep = (step) => {
    try {
      this.#write(step);
    } catch (thrown) {
      const controller = this.#controller;
      this.cancel();
      // Without this the connection would stay open without a writer.
      controller?.close(thrown instanceof Error ? thrown : new Error("the stream broke", { cause: thrown }));
    }
  };

  #write(step: StreamStep): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    const { done, value } = step;
    if (done) {
      this.#controller = undefined;
      // Without a last chunk (RFC 9112 §7.1) the response is incomplete to the client.
      if (step === CUT) controller.close(new Error("the stream is cut off"));
      else controller.end();
      return;
    }
    const written = controller.write(value);
    controller.flush();
    // A promise: the socket is full until it settles.
    if (typeof written !== "number") written.then(this.#pump, () => {});
    else if (this.#isTaking) this.#isGiven = true;
    else this.#pump();
  }
}
