import { ByteStream, CUT, END, type OnStep, type StreamStep } from "../../streams/byte-stream.ts";
import { GzipEncoder } from "../../wire/gzip.ts";
import { preferencesOf } from "../request/preferences.ts";

/** The part of Elysia's context that an `onAfterHandle` hook uses. */
interface HookContext {
  readonly request: Request;
  readonly response: unknown;
  readonly set: { readonly headers: Record<string, string | number | undefined> };
}

/**
 * Gzips every stream whose reader accepts that. It is an `onAfterHandle` hook, so streams are unaware of it. Each step
 * is flushed, heartbeats too, so no frame is delayed.
 */
export const compressStream = ({ request, response, set: { headers } }: HookContext): GzipStream | undefined => {
  if (!(response instanceof ByteStream)) return undefined;
  headers.vary = headers.vary === undefined ? "accept-encoding" : `${headers.vary}, accept-encoding`;
  if (!acceptsGzip(request.headers)) return undefined;
  headers["content-encoding"] = "gzip";
  return new GzipStream(response);
};

/** RFC 9110 §12.5.3. A client that names no coding gets none. */
const acceptsGzip = (headers: Headers): boolean => {
  const codings = preferencesOf(headers.get("accept-encoding"));
  const weightOf = (coding: string) => codings.find(({ name }) => name === coding)?.weight;
  return (weightOf("gzip") ?? weightOf("x-gzip") ?? weightOf("*") ?? 0) > 0;
};

/** One step for each of the plain stream's, taken on demand, and one more for gzip's trailer. */
class GzipStream extends ByteStream {
  readonly #gzip = new GzipEncoder();
  #isOver = false;

  constructor(private readonly plain: ByteStream) {
    super();
  }

  take(onStep: OnStep): void {
    if (this.#isOver) {
      onStep(END);
      return;
    }
    this.plain.take((step) => {
      let zipped = END;
      try {
        zipped = this.#zipped(step);
      } finally {
        // The plain stream reports errors. Without gzip's trailer the client sees that the stream is incomplete.
        onStep(zipped);
      }
    });
  }

  leave(): void {
    this.#isOver = true;
    this.plain.leave();
  }

  #zipped(step: StreamStep): StreamStep {
    // Its reader may have left meanwhile.
    if (this.#isOver) return END;
    if (step.done !== true) return { done: false, value: this.#gzip.encode(step.value) };
    this.#isOver = true;
    return step === CUT ? CUT : { done: false, value: this.#gzip.end() };
  }
}
