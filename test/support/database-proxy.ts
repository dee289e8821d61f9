import { createConnection, createServer, type Socket } from "node:net";

/** What lies between a service and its database, in the test's hands. */
export interface DatabaseProxy extends AsyncDisposable {
  /** The database's address, by way of the proxy. */
  readonly url: string;
  /** How often `cutWhen` has cut one. */
  readonly cuts: number;
  /** Cuts every connection there is. */
  cutAll(): void;
  /**
   * From now on a connection is cut as soon as it carries `text` to the database: `asked`, before the database sees it;
   * `reset`: the same, by what a client takes for an error and no end, as often where the machine is busy; or
   * `answered`, once it has answered, before the service sees that; `gone`: the same, and the database is out of reach from
   * then on. Once, then never again.
   */
  cutWhen(text: string, moment: Moment): void;
  /** Refuses connections, and cuts those there are, until told otherwise. */
  refuse(isRefusing: boolean): void;
}

/** ReadyForQuery, the message that ends an answer: `Z`, a length of 4 bytes, a status of one. */
const READY = "Z".charCodeAt(0);

type Moment = "asked" | "reset" | "answered" | "gone";

export const databaseProxy = async (target: string): Promise<DatabaseProxy> => {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let plan: { readonly text: string; readonly moment: Moment } | undefined;
  let cuts = 0;
  let isRefusing = false;
  const cutAll = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  const refuse = (value: boolean) => {
    isRefusing = value;
    if (value) cutAll();
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
      // What it begins to answer with says that it has read; with the last byte it is ready for more, and has committed.
      if (bytes.at(-6) !== READY) return;
      cut();
      if (marked === "gone") refuse(true);
    });
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
    [Symbol.asyncDispose]: async () => {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
