import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { PGliteOptions } from "@electric-sql/pglite";
import vector from "../../../node_modules/@electric-sql/pglite-pgvector/dist/vector.tar.gz" with { type: "file" };

/**
 * Opens a PGlite that has pgvector. Whoever opens a directory must give it: without, a table that holds vectors cannot be
 * read. PGlite looks for an extension with the means of the file system, which do not see into an executable: so it gets a
 * real file, for as long as it takes to open.
 */
export const withExtensions = async <T>(
  dataDir: string | null,
  open: (extensions: NonNullable<PGliteOptions["extensions"]>) => Promise<T>,
): Promise<T> => {
  const folder = await mkdtemp(join(dataDir ?? tmpdir(), "yeoul-extensions-"));
  try {
    const file = join(folder, "vector.tar.gz");
    await Bun.write(file, Bun.file(vector));
    return await open({ vector: pathToFileURL(file) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
