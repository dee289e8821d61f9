import type { Socket, SocketHandler } from "bun";
import { Exchange, type Line } from "./exchange.ts";
import { NotConnected } from "./not-connected.ts";
import type { Origin } from "./origin.ts";

export interface ConnectionOptions {
  /** Certificates to trust instead of the default ones, as PEM. Undefined: the default ones and NODE_EXTRA_CA_CERTS. */
  readonly ca: string | undefined;
  /** Milliseconds in which a connection must be established, TLS included. */
  readonly connectMs: number;
  /** Milliseconds that a connection may be idle. 0: it is closed after each exchange, and never used again. */
  readonly idleMs: number;
}

/** Is notified when a connection is free for another request, and when it is closed. */
export interface ConnectionOwner {
  free(connection: Connection): void;
  lost(connection: Connection): void;
}

/** `http/1.1` as encoded in a TLS handshake: length, name (RFC 7301 §3.1). */
const ALPN = "\x08http/1.1";
/** Milliseconds of silence after which TCP probes whether the peer is still reachable. */
const KEEPALIVE_MS = 60_000;

/**
 * A socket to a server, and the exchange that uses it at the moment. Opens at once. Uses Bun's sockets: node's cost
 * about a microsecond more per token.
 */
export class Connection implements Line {
  #socket: Socket<Connection> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #exchange: Exchange | undefined;
  /** Bytes that wait for the connection, for the check of the server's certificate, or for room in the socket. */
  #toSend: Buffer | undefined;
  #isOpen = false;
  #isClosed = false;

  constructor(
    readonly origin: Origin,
    private readonly options: ConnectionOptions,
    private readonly owner: ConnectionOwner,
  ) {
    const { isSecure, host, port, serverName } = origin;
    const { ca, connectMs } = options;
    const named = { ...(ca !== undefined && { ca }), ...(serverName !== undefined && { serverName }) };
    const secured = isSecure ? { tls: { rejectUnauthorized: true, ALPNProtocols: ALPN, ...named } } : {};
    Bun.connect({ hostname: host, port, socket: HANDLER, data: this, ...secured }).catch((error: Error) =>
      this.#lose(error),
    );
    this.#timer = setTimeout(() => this.#lose(new Error(`No connection within ${connectMs} ms.`)), connectMs);
  }

  /** Sends a request. The previous exchange must be over. */
  send(bytes: Buffer, signal: AbortSignal): Exchange {
    const exchange = new Exchange(this, signal);
    this.#exchange = exchange;
    this.#toSend = bytes;
    if (this.#isOpen) {
      this.#endTimer();
      this.#socket?.ref();
      this.drained();
    }
    return exchange;
  }

  close(): void {
    this.#lose();
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  end(isReusable: boolean): void {
    this.#exchange = undefined;
    // A server may respond before it has read the whole request; the unread rest would precede the next request.
    if (!isReusable || this.#isClosed || this.#toSend !== undefined) {
      this.#lose();
      return;
    }
    this.#timer = setTimeout(() => this.#lose(), this.options.idleMs);
    this.#timer.unref();
    this.#socket?.unref();
    this.owner.free(this);
  }

  /** The socket is open. With TLS, nothing is sent before the server's certificate is checked. */
  opened(socket: Socket<Connection>): void {
    this.#socket = socket;
    if (this.#isClosed) {
      socket.terminate();
      return;
    }
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEPALIVE_MS);
    if (!this.origin.isSecure) this.#begin();
  }

  /** The TLS handshake is over, and the certificate was checked: name, validity period and issuer. */
  shaken(isTrusted: boolean, error: Error | null): void {
    if (isTrusted && error === null) this.#begin();
    else this.#lose(error ?? new Error("The server's certificate is not trusted."));
  }

  received(bytes: Buffer): void {
    // Bytes without a request: the next response could not be distinguished from them.
    if (this.#exchange === undefined) this.#lose();
    else this.#exchange.feed(bytes);
  }

  /** Sends as much of the rest as the socket accepts. */
  drained(): void {
    if (this.#toSend === undefined || !this.#isOpen) return;
    const sent = this.#socket?.write(this.#toSend) ?? 0;
    this.#toSend = sent < this.#toSend.length ? this.#toSend.subarray(Math.max(0, sent)) : undefined;
  }

  closed(error?: Error): void {
    this.#lose(error);
  }

  #begin(): void {
    this.#isOpen = true;
    this.#endTimer();
    this.drained();
  }

  /** Forgets it too: it takes 300 bytes, and an answer may be under way for long. */
  #endTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lose(error?: Error): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#endTimer();
      this.#socket?.terminate();
      this.owner.lost(this);
    }
    exchange?.close(this.#isOpen ? error : new NotConnected(error ?? new Error("The connection was not established.")));
  }
}

/** Shared by all sockets: each carries its connection. */
const HANDLER: SocketHandler<Connection> = {
  open: (socket) => socket.data.opened(socket),
  handshake: (socket, isTrusted, error) => socket.data.shaken(isTrusted, error),
  data: (socket, bytes) => socket.data.received(bytes),
  drain: (socket) => socket.data.drained(),
  error: (socket, error) => socket.data.closed(error),
  close: (socket, error) => socket.data.closed(error),
};
