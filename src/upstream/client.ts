import { Connection, type ConnectionOptions, type ConnectionOwner } from "./connection.ts";
import type { Post, UpstreamRequest, UpstreamResponse } from "./contract.ts";
import { type Origin, originOf } from "./origin.ts";
import { bytesOf } from "./request.ts";

/** The most idle connections to one server: as many as a burst of runs leaves. Opening and closing one costs 140 µs. */
const MAX_IDLE = 1024;
/** Milliseconds after which a server that has not responded is assumed to have started on the request. */
const LATE_MS = 1_000;

/** The most URLs that are known in parsed form. */
const MAX_DESTINATIONS = 256;

const DEFAULT_OPTIONS: ConnectionOptions = { ca: undefined, connectMs: 10_000, idleMs: 60_000 };

/** Returns a `Post` over sockets that stay open between calls. */
export const postBySockets = (options?: Partial<ConnectionOptions>): Post => {
  const client = new HttpClient(options);
  return (request) => client.post(request);
};

interface Destination {
  readonly target: URL;
  readonly origin: Origin;
}

/**
 * An HTTP/1.1 client for streams of small pieces, over its own sockets, with connections that stay open. A piece costs
 * two thirds of what it does with `fetch`. Follows no redirects and uses no proxy: see `postByFetch`.
 */
class HttpClient implements ConnectionOwner {
  /** By origin. The one used last is used next, so that the others can time out. */
  readonly #idle = new Map<string, Connection[]>();
  /** By URL: calls have those of the configured models. */
  readonly #destinations = new Map<string, Destination>();
  readonly #options: ConnectionOptions;

  constructor(options: Partial<ConnectionOptions> = {}) {
    this.#options = { ...DEFAULT_OPTIONS, ...options };
  }

  async post({ url, signal, ...request }: UpstreamRequest): Promise<UpstreamResponse> {
    signal.throwIfAborted();
    const { target, origin } = this.#destinationOf(url);
    const bytes = bytesOf(target, request);
    const idle = this.#idle.get(origin.key)?.pop();
    if (idle !== undefined) {
      const exchange = idle.send(bytes, signal);
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
      }, LATE_MS);
      try {
        return await exchange.head;
      } catch (error) {
        // A server may close an idle connection just as it is reused; a POST that was lost this way can be sent again
        // (RFC 9110 §9.2.2). One that the server may have worked on for a while is not repeated.
        if (signal.aborted || exchange.hasBegun || isLate) throw error;
      } finally {
        clearTimeout(timer);
      }
    }
    return await new Connection(origin, this.#options, this).send(bytes, signal).head;
  }

  free(connection: Connection): void {
    if (this.#options.idleMs === 0) {
      connection.close();
      return;
    }
    const idle = this.#idleOf(connection.origin);
    idle.push(connection);
    if (idle.length > MAX_IDLE) idle.shift()?.close();
  }

  lost(connection: Connection): void {
    const idle = this.#idleOf(connection.origin);
    const at = idle.indexOf(connection);
    if (at >= 0) idle.splice(at, 1);
  }

  #destinationOf(url: string): Destination {
    const known = this.#destinations.get(url);
    if (known !== undefined) return known;
    const target = new URL(url);
    const destination = { target, origin: originOf(target) };
    if (this.#destinations.size === MAX_DESTINATIONS) this.#destinations.clear();
    this.#destinations.set(url, destination);
    return destination;
  }

  #idleOf({ key }: Origin): Connection[] {
    const idle = this.#idle.get(key) ?? [];
    this.#idle.set(key, idle);
    return idle;
  }
}
