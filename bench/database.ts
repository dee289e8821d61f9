import { MARK as MARK_BYTE } from "./answer.ts";
import { startServer } from "./child.ts";

const MARK = String.fromCharCode(MARK_BYTE);

/** A database used by the benchmark alone. */
export interface Database {
  readonly url: string;
  /** The process that does its work, with its descendants; null when it runs elsewhere. */
  readonly pid: number | null;
  /** Its version and the settings that make a commit durable. */
  readonly about: string;
  /** How many of the stand-in's tokens are stored there as events. */
  tokens(): Promise<number>;
  drop(): Promise<void>;
}

/** Creates a database in the given Postgres, or else in one that it starts. */
export const openDatabase = async (given: string | undefined): Promise<Database> => {
  const own = given === undefined ? await startServer([process.execPath, "bench/postgres.ts"]) : undefined;
  const server = new URL(given ?? own?.url ?? "");
  const name = `yeoul_bench_${process.pid}`;
  const admin = new Bun.SQL(server.href, { max: 1 });
  await admin.unsafe(`create database ${name}`);
  const [settings] =
    (await admin`select current_setting('server_version') as version, current_setting('fsync') as fsync,
    current_setting('synchronous_commit') as commit`) as { version: string; fsync: string; commit: string }[];
  server.pathname = `/${name}`;
  return {
    url: server.href,
    pid: own?.pid ?? null,
    about: `Postgres ${settings?.version}, fsync ${settings?.fsync}, synchronous_commit ${settings?.commit}`,
    async tokens() {
      const connection = new Bun.SQL(server.href, { max: 1 });
      // Those of ended runs are packed in the background.
      const [row] = (await connection`
        select coalesce(sum(length(text) - length(replace(text, ${MARK}, ''))), 0) as count from (
          select payload::text as text from yeoul.events where type = 'token'
          union all select packed from yeoul.stretches
        ) as stored`) as { count: string }[];
      await connection.end();
      return Number(row?.count);
    },
    async drop() {
      await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.end();
      await own?.end();
    },
  };
};
