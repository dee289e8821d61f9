import { EventSource } from "eventsource";

/** What a browser's `EventSource` received, over all its connections. */
export interface SourceLog {
  /** The data of each message, in order. */
  readonly data: readonly string[];
  /** Each request's `Last-Event-ID`, and the status of its response. */
  readonly requests: readonly { readonly lastEventId: string | null; readonly status: number }[];
  /** Resolves once `holds` is true; rejects when the source closes before. */
  until(holds: (log: SourceLog) => boolean): Promise<void>;
  /** Resolves once the service has told the source to stop. */
  readonly stopped: Promise<void>;
  close(): void;
}

/** Called with each connection, in the order of their opening. Returns whether to cut it, as a proxy would. */
export type Cut = (connection: { readonly number: number; readonly text: string }) => boolean;

/** Opens an EventSource that reconnects at once. `urls`: the URL of each connection; the last for all others. */
export const eventSource = (urls: readonly string[], cut: Cut = () => false): SourceLog => {
  const data: string[] = [];
  const requests: { lastEventId: string | null; status: number }[] = [];
  let wake = Promise.withResolvers<void>();
  const notify = () => {
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
      notify();
      const body = response.body === null ? null : interruptible(response.body, number, cut);
      return new Response(body, { status: response.status, headers: response.headers });
    },
  });
  source.onmessage = (event) => {
    data.push(event.data);
    notify();
  };
  source.onerror = ({ code }) => {
    // 204 is the one response after which an EventSource does not reconnect.
    if (code !== undefined) stopped.resolve();
    notify();
  };
  const log: SourceLog = {
    data,
    requests,
    stopped: stopped.promise,
    close: () => source.close(),
    until: async (holds) => {
      while (!holds(log)) {
        if (source.readyState === EventSource.CLOSED) throw new Error(`closed after ${JSON.stringify(requests)}`);
        await wake.promise;
      }
    },
  };
  return log;
};

/**
 * Returns the body after a `retry:`, so that the source does not wait three seconds; broken where `cut` returns true.
 */
const interruptible = (body: ReadableStream<Uint8Array>, number: number, cut: Cut): ReadableStream<Uint8Array> => {
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
