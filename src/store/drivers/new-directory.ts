import { existsSync } from "node:fs";
import { chmod, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** How many files are synced at once. */
const AT_ONCE = 8;

/**
 * Creates the directory unless it exists, whole or not at all. It is filled under another name and renamed last, so
 * that a process killed on the way leaves nothing that the next start would trust. Requires the lock on the parent
 * folder.
 */
export const makeOnce = async (directory: string, fill: (unfinished: string) => Promise<void>): Promise<void> => {
  if (existsSync(directory)) return;
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  await fill(unfinished);
  // The mode that Postgres uses. It is set before the rename, like everything that must hold for a directory of that
  // name.
  await chmod(unfinished, 0o700);
  await rename(unfinished, directory);
};

/**
 * Syncs everything in the folder to the disk, as initdb does; several files at a time, in the runtime's own threads.
 */
export const syncTree = async (folder: string): Promise<void> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = [...entries.map(({ parentPath, name }) => join(parentPath, name)), folder];
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    await Promise.all(paths.slice(at, at + AT_ONCE).map(syncOne));
  }
};

const syncOne = async (path: string): Promise<void> => {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Unpacks a tar archive that is compressed with zstd. */
export const unpack = async (archive: Blob, directory: string): Promise<void> => {
  await new Bun.Archive(await Bun.zstdDecompress(await archive.bytes())).extract(directory);
};
