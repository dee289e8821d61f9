import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realSystem } from "../../src/domain/system.ts";
import { lockDirectory } from "../../src/store/drivers/lock.ts";
import { pgliteStore } from "../../src/store/drivers/pglite.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { appended, newRun, started } from "../support/runs.ts";

const root = mkdtempSync(join(tmpdir(), "yeoul-directory-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Starts another process that locks the directory until it is killed. */
const holder = async (directory: string) => {
  const module = join(import.meta.dir, "../../src/store/drivers/lock.ts");
  const script = `
    const { lockDirectory } = await import(${JSON.stringify(module)});
    globalThis.held = lockDirectory(${JSON.stringify(directory)});
    console.log("held");
    setInterval(() => {}, 1000);`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
  await child.stdout.getReader().read();
  return child;
};

const refusal = (directory: string): unknown => {
  try {
    lockDirectory(directory).release();
    return null;
  } catch (error) {
    return error;
  }
};

describe("a data directory", () => {
  test("is locked by one process at a time, and a killed process leaves no lock behind", async () => {
    const directory = join(root, "held");
    const child = await holder(directory);
    const error = refusal(directory);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ message: expect.stringContaining(directory) });
    child.kill("SIGKILL");
    await child.exited;
    expect(refusal(directory)).toBeNull();
  }, 10_000);

  test("is locked once at a time within a process, and is free after a release", () => {
    const directory = join(root, "released");
    const lock = lockDirectory(directory);
    expect(refusal(directory)).toBeInstanceOf(StoreError);
    // A failed attempt must not release the existing lock.
    expect(refusal(directory)).toBeInstanceOf(StoreError);
    lock.release();
    lock.release();
    expect(refusal(directory)).toBeNull();
  });

  test("is named in the error when it is not writable", () => {
    const file = join(root, "file");
    writeFileSync(file, "");
    expect(refusal(file)).toMatchObject({ code: "failed", message: expect.stringContaining(file) });
  });

  test("has at the next start what was written before, and refuses a second store", async () => {
    const dataDir = join(root, "kept");
    const store = await pgliteStore({ dataDir, system: realSystem });
    await store.migrate();
    const { fence } = await started(store, newRun("u1:kept"));
    await appended(store, fence, 1, 2);
    const second = await pgliteStore({ dataDir, system: realSystem }).catch((error) => error);
    expect(second).toBeInstanceOf(StoreError);
    expect(second).toMatchObject({ message: expect.stringContaining(dataDir) });
    await store.close();
    await store.close();
    const closed = await store.check().catch((error) => error);
    expect(closed).toBeInstanceOf(StoreError);
    expect(closed).toMatchObject({ code: "unavailable" });

    const again = await pgliteStore({ dataDir, system: realSystem });
    expect(await again.migrate()).toBe(0);
    expect(await again.events.bounds("u1:kept")).toEqual({ first: 1, last: 2 });
    await again.close();
  }, 30_000);
});
