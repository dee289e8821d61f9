import { connect, type Socket } from "node:net";

/** A raw connection, for requests that no client library would send, and for readers that stop reading. */
export interface WireTap {
  readonly socket: Socket;
  /** Everything received, one character per byte. */
  readonly received: string;
  /** Resolves with everything received once `fits` is true; rejects when the connection closes before. */
  until(fits: (received: string) => boolean): Promise<string>;
  /** Resolves with everything received, once the other side has closed. */
  toEnd(): Promise<string>;
  close(): void;
}

export const tap = async (url: string): Promise<WireTap> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  let received = "";
  let isOver = false;
  let change = Promise.withResolvers<void>();
  const announce = () => {
    change.resolve();
    change = Promise.withResolvers();
  };
  socket.on("data", (bytes) => {
    received += bytes.toString("latin1");
    announce();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isOver = true;
    announce();
  });
  const wait = async (done: () => boolean) => {
    while (!done()) {
      if (isOver) throw new Error(`the connection closed before; it said: ${received.slice(-500)}`);
      await change.promise;
    }
    return received;
  };
  return {
    socket,
    get received() {
      return received;
    },
    until: (fits) => wait(() => fits(received)),
    toEnd: () => wait(() => isOver),
    close: () => socket.destroy(),
  };
};

/** A response as it was on the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

const parse = (text: string): RawAnswer => {
  const [head = "", ...body] = text.split("\r\n\r\n");
  return { status: Number(head.slice(9, 12)), head, body: body.join("\r\n\r\n") };
};

/**
 * Sends bytes unchanged and returns the response, once its body is complete by `content-length`, or the connection has
 * ended.
 */
export const exchange = async (url: string, request: string | Uint8Array): Promise<RawAnswer> => {
  const wire = await tap(url);
  wire.socket.write(request);
  const isWhole = (text: string): boolean => {
    const { head, body } = parse(text);
    const length = /^content-length: (\d+)$/im.exec(head)?.[1];
    return length !== undefined && body.length >= Number(length);
  };
  const text = await Promise.race([wire.until(isWhole).catch(() => wire.received), wire.toEnd()]);
  wire.close();
  return parse(text);
};
