import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./postgres.ts";

/** Debian installs it in a directory that is not in a user's PATH. Null: it is not installed. */
export const pgbouncerPath = Bun.which("pgbouncer", { PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` });

export interface Pgbouncer extends AsyncDisposable {
  /** The URL of the same database behind it, as an operator would write it. */
  readonly url: string;
}

/** A pgbouncer in transaction mode in front of the database: each transaction may get either of two connections. */
export const startPgbouncer = async (database: string): Promise<Pgbouncer> => {
  if (pgbouncerPath === null) throw new Error("pgbouncer is not installed");
  const { hostname, port, username, password, pathname } = new URL(database);
  const folder = mkdtempSync(join(tmpdir(), "yeoul-pgbouncer-"));
  chmodSync(folder, 0o755);
  const listenPort = await freePort();
  const settings = join(folder, "pgbouncer.ini");
  writeFileSync(
    settings,
    `[databases]
* = host=${hostname} port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
`,
  );
  // pgbouncer refuses to run as root.
  const as = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  const child = Bun.spawn([pgbouncerPath, ...as, settings], { stdout: "ignore", stderr: "pipe" });
  const stop = async () => {
    child.kill();
    await child.exited;
    rmSync(folder, { recursive: true, force: true });
  };
  await listening(child.stderr);
  return {
    url: `postgres://${username}:${password}@127.0.0.1:${listenPort}${pathname}?pgbouncer=true`,
    [Symbol.asyncDispose]: stop,
  };
};

/** pgbouncer logs what it listens on, then that it is up. */
const listening = async (stderr: ReadableStream<Uint8Array>): Promise<void> => {
  let output = "";
  const decoder = new TextDecoder();
  const reader = stderr.getReader();
  while (!output.includes("process up")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`pgbouncer ended: ${output}`);
    output += decoder.decode(value, { stream: true });
  }
  // Reads on, or pgbouncer would block on a full pipe.
  void (async () => {
    while (!(await reader.read()).done);
  })().catch(() => {});
};
