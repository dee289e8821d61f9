import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { PGliteOptions } from "@electric-sql/pglite";
import vector from "../../../node_modules/@electric-sql/pglite-pgvector/dist/vector.tar.gz" with { type: "file" };

const PREFIX = "yeoul-extensions-";

/**
 * Opens a PGlite that has pgvector. Whoever opens a directory must give it: without, a table that holds vectors cannot be
 * read. PGlite looks for an extension with the means of the file system, which do not see into an executable: so it gets a
 * real file, for as long as it takes to open.
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

/** What a process left behind that was ended while it opened. The directory is this process's alone: it holds the lock. */
const sweep = async (dataDir: string): Promise<void> => {
  const left = (await readdir(dataDir)).filter((name) => name.startsWith(PREFIX));
  for (const name of left) await rm(join(dataDir, name), { recursive: true, force: true });
};
