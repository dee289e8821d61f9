import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { StoreError } from "../contract.ts";

export interface DirectoryLock {
  /** Harmless when called twice. */
  release(): void;
}

/**
 * Makes the directory, if need be, and holds it for this process alone, until `release` or the process's end, however it
 * ends: the lock is the operating system's (SQLite takes it on every platform Bun runs on), so none is ever left behind.
 * Throws a StoreError that names the directory when another process, or another part of this one, holds it.
 */
export const lockDirectory = (directory: string): DirectoryLock => {
  mkdirSync(directory, { recursive: true });
  const database = new Database(join(directory, "yeoul.lock"), { create: true, readwrite: true });
  try {
    database.exec("pragma locking_mode = exclusive; begin exclusive");
  } catch (cause) {
    database.close();
    throw new StoreError(
      "unavailable",
      `the data directory ${directory} is in use by another process: stop that one, or give this one a directory of its own`,
      { cause },
    );
  }
  return { release: () => database.close() };
};
