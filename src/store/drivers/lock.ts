import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { StoreError } from "../store-error.ts";

export interface DirectoryLock {
  /** Harmless when called twice. */
  release(): void;
}

/**
 * Creates the directory if necessary and locks it for this process alone, until `release` or until the process ends,
 * however it ends. The lock is the operating system's (SQLite takes it on every platform that Bun runs on), so none is
 * ever left behind. Throws a StoreError that names the directory when another process, or another part of this one,
 * holds it.
 */
export const lockDirectory = (directory: string): DirectoryLock => {
  const database = open(directory);
  try {
    database.exec("pragma journal_mode = memory; pragma locking_mode = exclusive; begin exclusive");
  } catch (cause) {
    database.close();
    throw refusal(directory, cause);
  }
  return { release: () => database.close() };
};

const open = (directory: string): Database => {
  try {
    mkdirSync(directory, { recursive: true });
    return new Database(join(directory, "yeoul.lock"), { create: true, readwrite: true });
  } catch (cause) {
    throw refusal(directory, cause);
  }
};

const refusal = (directory: string, cause: unknown): StoreError => {
  switch ((cause as { code?: unknown }).code) {
    case "SQLITE_BUSY":
      return new StoreError(
        "unavailable",
        `the data directory ${directory} is in use by another process: stop that one, or give this one a directory of its own`,
        { cause },
      );
    case "EEXIST":
    case "ENOTDIR":
      return new StoreError("failed", `the data directory ${directory} is not a directory: name another`, { cause });
    default:
      return new StoreError(
        "failed",
        `cannot write in the data directory ${directory}: check that it may be written to`,
        {
          cause,
        },
      );
  }
};
