import { checkCoding } from "./coding.ts";
import type { Post, TextBody, TextSink, UpstreamResponse } from "./contract.ts";
import { failureOfFetch } from "./not-connected.ts";

/**
 * `fetch` for model calls. Follows no redirects: one could send the key to an address that the operator did not
 * configure. Has no time limit: a model may think for a long time (Bun 1.4.5 waited through 330 s of silence, before
 * the headers and after), and a run has its own timeout. Uses the proxies that the environment names. Neither requests
 * nor decodes compression: a compressed megabyte may expand to a gigabyte. Throws an UnrequestedCoding when the server
 * compresses a success anyway.
 */
export const upstreamFetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const headers = new Headers(init?.headers);
  headers.set("accept-encoding", "identity");
  const response = await fetch(url, { ...init, headers, redirect: "manual", decompress: false });
  try {
    checkCoding(response.status, response.headers.get("content-encoding"));
  } catch (error) {
    await response.body?.cancel();
    throw error;
  }
  return response;
};

export const postByFetch: Post = async ({ url, headers, body, signal }) => {
  const sent = {
    method: "POST",
    headers: { accept: "text/event-stream, application/json", ...headers, "content-type": "application/json" },
    body: typeof body === "string" ? body : new Blob([...body]),
    signal,
  };
  const response = await upstreamFetch(url, sent).catch((error: unknown) => {
    throw failureOfFetch(error);
  });
  return responseOf(response);
};

export const responseOf = ({ status, headers, body }: Response): UpstreamResponse => ({
  status,
  header: (name) => headers.get(name),
  body: new FetchedBody(body),
});

/** The part of the reader on which Bun's types and the DOM's agree. */
interface ByteReader {
  read(): Promise<{ readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

class FetchedBody implements TextBody {
  readonly #reader: ByteReader | undefined;
  readonly #decoder = new TextDecoder();
  #held: PromiseWithResolvers<void> | undefined;
  #isLeft = false;

  constructor(body: ReadableStream<Uint8Array> | null) {
    this.#reader = body?.getReader();
  }

  pour(into: TextSink): void {
    void this.#pour(into);
  }

  pause(): void {
    this.#held ??= Promise.withResolvers();
  }

  resume(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  finish(): void {
    this.cancel();
  }

  cancel(): void {
    this.#isLeft = true;
    this.resume();
    this.#reader?.cancel().catch(() => {});
  }

  async #pour(into: TextSink): Promise<void> {
    try {
      for (;;) {
        const read = await this.#reader?.read();
        while (this.#held !== undefined) await this.#held.promise;
        if (this.#isLeft) return;
        if (read?.value === undefined) break;
        into.text(this.#decoder.decode(read.value, { stream: true }));
      }
    } catch (error) {
      while (this.#held !== undefined) await this.#held.promise;
      if (!this.#isLeft) into.fail(error);
      return;
    }
    into.end();
  }
}
