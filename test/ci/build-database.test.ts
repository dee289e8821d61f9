import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const SCRIPT = resolve(import.meta.dir, "../../scripts/build-database.ts");

test("the prepared database is the same to the byte, whoever builds it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "yeoul-prepared-"));
  const built = async (name: string, umask: string, env: Record<string, string>): Promise<Buffer> => {
    const archive = join(folder, `${name}.tar.zst`);
    const command = `umask ${umask} && exec "$0" "$@"`;
    const args = [process.execPath, SCRIPT, join(folder, name), archive];
    const child = Bun.spawn(["sh", "-c", command, ...args], { env: { ...process.env, ...env }, stderr: "inherit" });
    expect(await child.exited).toBe(0);
    return readFileSync(archive);
  };
  try {
    const one = await built("one", "022", { TZ: "UTC", LANG: "C" });
    const other = await built("a-longer-name", "077", { TZ: "Asia/Seoul", LANG: "ko_KR.UTF-8" });
    expect(one.length).toBeGreaterThan(1_000_000);
    expect(other.equals(one)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
