import postgres from "postgres";

/** Another client of the same Postgres, which takes connections that it does not need. Disposing gives them back. */
export interface GreedyClient extends AsyncDisposable {
  /** Takes connections until Postgres refuses one. */
  takeAll(): Promise<void>;
  /** Has Postgres end everybody else's connections, again and again for `ms`, and takes them. */
  takeTheirs(ms: number): Promise<void>;
}

const TOO_MANY = "53300";

export const greedyClient = (url: string): GreedyClient => {
  const held: { readonly sql: postgres.Sql; readonly pid: unknown }[] = [];
  /** Whether Postgres had one left. */
  const take = async (): Promise<boolean> => {
    const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
    try {
      const [row] = await sql`select pg_backend_pid() as pid`;
      held.push({ sql, pid: row?.pid });
      return true;
    } catch (error) {
      await sql.end({ timeout: 0 });
      if ((error as { readonly code?: string }).code === TOO_MANY) return false;
      throw error;
    }
  };
  const takeAll = async (): Promise<void> => {
    while (await take());
  };
  return {
    takeAll,
    takeTheirs: async (ms) => {
      const [first] = held;
      if (first === undefined) throw new Error("there is no connection to ask by");
      const until = performance.now() + ms;
      while (performance.now() < until) {
        await first.sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where backend_type = 'client backend' and not pid = any(${held.map(({ pid }) => Number(pid))})`;
        await takeAll();
      }
    },
    [Symbol.asyncDispose]: async () => void (await Promise.all(held.map(({ sql }) => sql.end({ timeout: 0 })))),
  };
};
