import { existsSync } from "node:fs";
import { chmod, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** Files put on the disk at once. */
const AT_ONCE = 8;

/**
 * Makes the directory unless it is there, whole or not at all: it is filled under another name and gets its own last, so
 * that a process killed on the way leaves nothing that the next start would trust. Needs the lock on the folder around it.
 */
export const makeOnce = async (directory: string, fill: (unfinished: string) => Promise<void>): Promise<void> => {
  if (existsSync(directory)) return;
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  await fill(unfinished);
  // As Postgres has it; and before the rename, like all that must hold for a directory of that name.
  await chmod(unfinished, 0o700);
  await rename(unfinished, directory);
};

/** Puts all that is in the folder on the disk, as initdb does; some of it at a time, in threads of the runtime's own. */
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

/** Unpacks a tar archive, compressed with zstd. */
export const unpack = async (archive: Blob, directory: string): Promise<void> => {
  await new Bun.Archive(await Bun.zstdDecompress(await archive.bytes())).extract(directory);
};
