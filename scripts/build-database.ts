import nodeCrypto from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pack } from "tar-stream";
import { realSystem } from "../src/domain/system.ts";
import { pgliteStore } from "../src/store/drivers/pglite.ts";

// `bun scripts/build-database.ts DIRECTORY ARCHIVE` builds the database that every new DATA_DIR starts from. It runs
// initdb and the migrations in the empty DIRECTORY and packs the result with tar and zstd. The same commit gives the
// same bytes, because the clock of this process is fixed and its random numbers are constant. No secret depends on
// them: initdb derives only an identifier, and a nonce for a login that the embedded database does not have.

const NOW = Date.UTC(2026, 0, 1);
Date.now = () => NOW;
performance.now = () => 0;
const fill = <T extends NodeJS.ArrayBufferView>(view: T): T => {
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength).fill(7);
  return view;
};
crypto.getRandomValues = fill as typeof crypto.getRandomValues;
nodeCrypto.randomFillSync = fill as typeof nodeCrypto.randomFillSync;

/** Depth first, sorted by name: the order of a file system is not deterministic. */
const pathsIn = async (directory: string, prefix = ""): Promise<readonly string[]> => {
  const entries = await readdir(join(directory, prefix), { withFileTypes: true });
  const sorted = entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const nested = sorted.map(async (entry) => {
    const path = `${prefix}${entry.name}`;
    return entry.isDirectory() ? [`${path}/`, ...(await pathsIn(directory, `${path}/`))] : [path];
  });
  return (await Promise.all(nested)).flat();
};

/**
 * Includes empty directories: Postgres needs some, and `Bun.Archive` drops them. The modes are those that Postgres uses:
 * on the disk they depend on the umask of whoever builds.
 */
const tarOf = async (directory: string): Promise<Uint8Array> => {
  const archive = pack();
  for (const name of await pathsIn(directory)) {
    const mtime = new Date(0);
    if (name.endsWith("/")) archive.entry({ name, mode: 0o700, mtime, type: "directory" });
    else archive.entry({ name, mode: 0o600, mtime }, await readFile(join(directory, name)));
  }
  archive.finalize();
  return new Response(archive as unknown as ReadableStream).bytes();
};

const [dataDir = "", target = ""] = process.argv.slice(2);
const store = await pgliteStore({ dataDir, fsync: false, system: { ...realSystem, now: () => NOW } });
await store.migrate();
await store.close();
await Bun.write(target, await Bun.zstdCompress(await tarOf(join(dataDir, "postgres")), { level: 9 }));
