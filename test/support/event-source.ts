import { EventSource } from "eventsource";

/** A browser's `EventSource` as a test reads it: what it was handed, over all its connections. */
export interface Heard {
  /** The data of each message, in order. */
  readonly data: readonly string[];
  /** Each request's `Last-Event-ID`, and what it was answered. */
  readonly requests: readonly { readonly lastEventId: string | null; readonly status: number }[];
  /** Resolves once that holds; rejects when the source has closed before. */
  until(holds: (heard: Heard) => boolean): Promise<void>;
  /** Resolves once the service has told it to stop. */
  readonly stopped: Promise<void>;
  close(): void;
}

/** Connections in the order of their opening; whoever is told of one may cut it, as a proxy does. */
export type Cut = (connection: { readonly number: number; readonly text: string }) => boolean;

/** Opens an EventSource that comes back at once. `urls`: where each connection goes, the last for all others. */
export const eventSource = (urls: readonly string[], cut: Cut = () => false): Heard => {
  const data: string[] = [];
  const requests: { lastEventId: string | null; status: number }[] = [];
  let wake = Promise.withResolvers<void>();
  const ring = () => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  const stopped = Promise.withResolvers<void>();
  const source = new EventSource(urls[0] ?? "", {
    fetch: async (_url, init) => {
      const number = requests.length;
      const response = await fetch(urls[Math.min(number, urls.length - 1)] ?? "", init as RequestInit);
      const lastEventId = new Headers(init?.headers as Record<string, string>).get("last-event-id");
      requests.push({ lastEventId, status: response.status });
      ring();
      const body = response.body === null ? null : handedOn(response.body, number, cut);
      return new Response(body, { status: response.status, headers: response.headers });
    },
  });
  source.onmessage = (event) => {
    data.push(event.data);
    ring();
  };
  source.onerror = ({ code }) => {
    // 204: the one end after which it does not come back.
    if (code !== undefined) stopped.resolve();
    ring();
  };
  const heard: Heard = {
    data,
    requests,
    stopped: stopped.promise,
    close: () => source.close(),
    until: async (holds) => {
      while (!holds(heard)) {
        if (source.readyState === EventSource.CLOSED) throw new Error(`closed after ${JSON.stringify(requests)}`);
        await wake.promise;
      }
    },
  };
  return heard;
};

/** The body with a `retry:` before it, so that the source need not wait for three seconds; broken where `cut` says so. */
const handedOn = (body: ReadableStream<Uint8Array>, number: number, cut: Cut): ReadableStream<Uint8Array> => {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("retry: 1\n\n")),
    pull: async (controller) => {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      text += decoder.decode(value, { stream: true });
      controller.enqueue(value);
      if (!cut({ number, text })) return undefined;
      await reader.cancel();
      controller.error(new Error("the connection broke"));
    },
    cancel: () => reader.cancel(),
  });
};
