import { connect, type OnReadOpts, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { Exchange, type Line } from "./exchange.ts";
import type { Origin } from "./origin.ts";

export interface ConnectionOptions {
  /** Certificates to trust in place of the usual ones, as PEM. Undefined: the usual ones and NODE_EXTRA_CA_CERTS. */
  readonly ca: string | undefined;
  /** Milliseconds until there must be a connection, TLS included. */
  readonly connectMs: number;
  /** Milliseconds that a connection may be idle. */
  readonly idleMs: number;
}

/** A connection's owner is told when it can have another request, and when it is gone. */
export interface ConnectionOwner {
  free(connection: Connection): void;
  lost(connection: Connection): void;
}

/**
 * Where sockets put what they read, one for all: it is worked through before the next read. A socket that is read this way
 * goes past the machinery of a stream, a tenth of what reading a token costs.
 */
const INBOX = Buffer.allocUnsafe(64 * 1024);
/** Silence on a connection after which TCP asks whether the other side is still there. */
const KEEPALIVE_MS = 60_000;

/** A socket to a server, and the exchange that has it at the moment. Opens at once. */
export class Connection implements Line {
  readonly #socket: Socket;
  readonly #opening: ReturnType<typeof setTimeout>;
  #exchange: Exchange | undefined;
  /** What waits for the connection, and in TLS for the proof of whose it is. */
  #toSend: Buffer | undefined;
  #isOpen = false;

  constructor(
    readonly origin: Origin,
    private readonly options: ConnectionOptions,
    private readonly owner: ConnectionOwner,
  ) {
    const { isSecure, host, port, serverName } = origin;
    const { ca, connectMs } = options;
    const onread: OnReadOpts = { buffer: INBOX, callback: this.#read };
    const common = { host, port, onread, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS };
    const tls = { ALPNProtocols: ["http/1.1"], rejectUnauthorized: true, ...(ca !== undefined && { ca }) };
    const name = serverName === undefined ? {} : { servername: serverName };
    const socket = isSecure ? connectSecurely({ ...common, ...tls, ...name }) : connect(common);
    socket.once(isSecure ? "secureConnect" : "connect", () => this.#open());
    socket.on("error", (error) => this.#lose(error));
    socket.on("close", () => this.#lose());
    socket.on("timeout", () => this.#lose());
    this.#socket = socket;
    this.#opening = setTimeout(() => this.#lose(new Error(`No connection within ${connectMs} ms.`)), connectMs);
  }

  /** Sends a request. One at a time: the exchange before it is over. */
  send(bytes: Buffer, signal: AbortSignal): Exchange {
    const exchange = new Exchange(this, signal);
    this.#exchange = exchange;
    if (this.#isOpen) {
      this.#socket.ref();
      this.#socket.setTimeout(0);
      this.#socket.write(bytes);
    } else {
      this.#toSend = bytes;
    }
    return exchange;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(isReusable: boolean): void {
    this.#exchange = undefined;
    // A server may answer before it has read all; what it has not read would be in front of the next request.
    if (!isReusable || this.#socket.destroyed || this.#socket.writableLength > 0) {
      this.#lose();
      return;
    }
    this.#socket.unref();
    this.#socket.setTimeout(this.options.idleMs);
    this.owner.free(this);
  }

  close(): void {
    this.#lose();
  }

  #open(): void {
    this.#isOpen = true;
    clearTimeout(this.#opening);
    if (this.#toSend !== undefined) this.#socket.write(this.#toSend);
    this.#toSend = undefined;
  }

  readonly #read = (length: number): boolean => {
    // Nothing was asked: whatever it is, the next response could not be told from it.
    if (this.#exchange === undefined) this.#lose();
    else this.#exchange.feed(INBOX.subarray(0, length));
    return true;
  };

  #lose(error?: Error): void {
    clearTimeout(this.#opening);
    this.#socket.destroy();
    this.owner.lost(this);
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.close(error);
  }
}
