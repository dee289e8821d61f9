import { existsSync } from "node:fs";
import { chmod, mkdir, rename, rm } from "node:fs/promises";

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

/** Unpacks a tar archive, compressed with zstd. */
export const unpack = async (archive: Blob, directory: string): Promise<void> => {
  await new Bun.Archive(await Bun.zstdDecompress(await archive.bytes())).extract(directory);
};
