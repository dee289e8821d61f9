import { createConnection, createServer, type Socket } from "node:net";

/** A proxy between a service and its database that a test controls. */
export interface DatabaseProxy extends AsyncDisposable {
  /** The database's URL through the proxy. */
  readonly url: string;
  /** How many connections `cutWhen` has cut. */
  readonly cuts: number;
  /** Cuts all open connections. */
  cutAll(): void;
  /**
   * Cuts a connection once, the next time it carries `text` to the database:
   * - `asked`: before the database receives it.
   * - `reset`: the same by a TCP reset, which a client takes for an error rather than an end; frequent on busy
   *   machines.
   * - `answered`: when the database has answered, before the service receives the answer.
   * - `gone`: as `answered`, and the database is unreachable from then on.
   */
  cutWhen(text: string, moment: Moment): void;
  /** While `isRefusing` is true, refuses connections and cuts open ones. */
  refuse(isRefusing: boolean): void;
  /** While `isStalled` is true, forwards nothing and closes nothing. What has come meanwhile is forwarded afterwards. */
  stall(isStalled: boolean): void;
}

/** ReadyForQuery, the message that ends an answer: `Z`, a length of 4 bytes, and a status of 1 byte. */
const READY = "Z".charCodeAt(0);

type Moment = "asked" | "reset" | "answered" | "gone";

export const databaseProxy = async (target: string): Promise<DatabaseProxy> => {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let plan: { readonly text: string; readonly moment: Moment } | undefined;
  let cuts = 0;
  let isRefusing = false;
  let isStalled = false;
  const cutAll = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  const refuse = (value: boolean) => {
    isRefusing = value;
    if (value) cutAll();
  };
  const stall = (value: boolean) => {
    isStalled = value;
    for (const socket of [...pairs].flat()) isStalled ? socket.pause() : socket.resume();
  };
  const server = createServer((client) => {
    if (isRefusing) return void client.destroy();
    const database = createConnection({ host: hostname, port: Number(port) });
    const pair = [client, database] as const;
    pairs.add(pair);
    const cut = () => {
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    let marked: Moment | undefined;
    for (const socket of pair) socket.on("error", cut).on("close", cut);
    client.on("data", (bytes) => {
      if (plan !== undefined && bytes.includes(plan.text)) {
        marked = plan.moment;
        plan = undefined;
        cuts++;
        if (marked === "reset") client.resetAndDestroy();
        if (marked === "asked" || marked === "reset") return cut();
      }
      database.write(bytes);
    });
    database.on("data", (bytes) => {
      if (marked === undefined) return client.write(bytes);
      // The start of the answer shows that the database has read the text; its last byte, that it is ready for more and
      // has committed.
      if (bytes.at(-6) !== READY) return;
      cut();
      if (marked === "gone") refuse(true);
    });
    if (isStalled) for (const socket of pair) socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = new URL(target);
  url.port = String(typeof address === "object" ? address?.port : 0);
  return {
    url: url.href,
    get cuts() {
      return cuts;
    },
    cutAll,
    cutWhen: (text, moment) => {
      plan = { text, moment };
    },
    refuse,
    stall,
    [Symbol.asyncDispose]: async () => {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
