import { GzipPieces } from "../wire/gzip.ts";
import { preferencesOf } from "./preferences.ts";
import { END, type StreamIterator, type StreamStep } from "./stream.ts";

/** The part of Elysia's context that an `onAfterHandle` hook of ours touches. */
interface Exchange {
  readonly request: Request;
  readonly response: unknown;
  readonly set: { readonly headers: Record<string, string | number | undefined> };
}

/**
 * Gzips every stream whose reader accepts that: an `onAfterHandle` hook, so that whatever streams need not know of it. Each
 * step, a heartbeat too, is flushed, so a frame is as fresh as it was.
 */
export const compressStream = ({ request, response, set: { headers } }: Exchange): GzipStream | undefined => {
  if (!isStream(response)) return undefined;
  headers.vary = headers.vary === undefined ? "accept-encoding" : `${headers.vary}, accept-encoding`;
  if (!acceptsGzip(request.headers)) return undefined;
  headers["content-encoding"] = "gzip";
  return new GzipStream(response);
};

const isStream = (response: unknown): response is StreamIterator =>
  typeof response === "object" && response !== null && Symbol.asyncIterator in response && "next" in response;

/** RFC 9110 §12.5.3. A client that names no coding is sent none. */
const acceptsGzip = (headers: Headers): boolean => {
  const codings = preferencesOf(headers.get("accept-encoding"));
  const weightOf = (coding: string) => codings.find(({ name }) => name === coding)?.weight;
  return (weightOf("gzip") ?? weightOf("x-gzip") ?? weightOf("*") ?? 0) > 0;
};

/** One step for each of the plain stream's, taken when it is asked for, and one more for gzip's trailer. */
class GzipStream implements StreamIterator {
  readonly #gzip = new GzipPieces();
  #isOver = false;

  constructor(private readonly plain: StreamIterator) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<StreamStep> {
    if (this.#isOver) return END;
    const step = await this.plain.next();
    if (step.done !== true) return { done: false, value: this.#gzip.piece(step.value) };
    // Its reader may have gone meanwhile.
    if (this.#isOver) return END;
    this.#isOver = true;
    return { done: false, value: this.#gzip.end() };
  }

  async return(): Promise<StreamStep> {
    this.#isOver = true;
    await this.plain.return?.();
    return END;
  }
}
