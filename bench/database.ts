import { startServer } from "./child.ts";

/** A database that is the bench's alone. */
export interface Database {
  readonly url: string;
  /** The process whose family does its work; null when it runs elsewhere. */
  readonly pid: number | null;
  /** Version, and the settings that make a commit durable. */
  readonly about: string;
  drop(): Promise<void>;
}

/** Makes a database in the Postgres given, or else in one that is started for it. */
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
    async drop() {
      await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.end();
      await own?.end();
    },
  };
};
