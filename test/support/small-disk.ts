import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A separate file system of a few megabytes. */
export interface SmallDisk extends Disposable {
  readonly path: string;
  /** Leaves not one free block. */
  fill(): void;
  /** Frees what `fill` wrote. */
  free(): void;
}

const run = (...command: readonly string[]): boolean => Bun.spawnSync([...command]).exitCode === 0;

const mounted = (megabytes: number): string | null => {
  const path = mkdtempSync(join(tmpdir(), "yeoul-disk-"));
  if (process.platform === "linux" && process.getuid?.() === 0)
    if (run("mount", "-t", "tmpfs", "-o", `size=${megabytes}m,mode=0777`, "tmpfs", path)) return path;
  rmSync(path, { recursive: true });
  return null;
};

/** Whether this process may mount one: root on Linux, and not in every container. */
export const canMount = ((): boolean => {
  const path = mounted(1);
  if (path === null) return false;
  run("umount", path);
  return true;
})();

export const smallDisk = (megabytes: number): SmallDisk => {
  const path = mounted(megabytes);
  if (path === null) throw new Error("no file system could be mounted");
  const filler = join(path, "filler");
  // However this process ends, the shell notices its end and removes the file system.
  Bun.spawn(["sh", "-c", 'cat; umount -l "$0"; rmdir "$0"', path], {
    stdin: "pipe",
    stdout: "ignore",
    stderr: "ignore",
  }).unref();
  return {
    path,
    fill: () => {
      const file = openSync(filler, "a");
      try {
        for (let size = 1024 * 1024; size >= 1; size >>= 4) {
          const block = new Uint8Array(size);
          try {
            for (;;) if (writeSync(file, block) === 0) break;
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
          }
        }
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler, { force: true }),
    [Symbol.dispose]: () => void run("umount", "-l", path),
  };
};
