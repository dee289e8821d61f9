import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { PGliteOptions } from "@electric-sql/pglite";
import vector from "../../../node_modules/@electric-sql/pglite-pgvector/dist/vector.tar.gz" with { type: "file" };

const PREFIX = "yeoul-extensions-";

/**
 * Opens a PGlite that has pgvector. Every open of a directory must provide it: without it, a table that holds vectors
 * cannot be read. PGlite looks for an extension through the file system, which does not reach into an executable. So
 * the extension is written to a real file for as long as the open takes.
 */
export const withExtensions = async <T>(
  dataDir: string | null,
  open: (extensions: NonNullable<PGliteOptions["extensions"]>) => Promise<T>,
): Promise<T> => {
  if (dataDir !== null) await sweep(dataDir);
  const folder = await mkdtemp(join(dataDir ?? tmpdir(), PREFIX));
  try {
    const file = join(folder, "vector.tar.gz");
    await Bun.write(file, Bun.file(vector));
    return await open({ vector: pathToFileURL(file) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/**
 * Removes the files of a process that was killed while it opened. The directory belongs to this process alone: it holds
 * the lock.
 */
const sweep = async (dataDir: string): Promise<void> => {
  const left = (await readdir(dataDir)).filter((name) => name.startsWith(PREFIX));
  for (const name of left) await rm(join(dataDir, name), { recursive: true, force: true });
};
