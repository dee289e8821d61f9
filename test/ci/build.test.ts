import { afterEach, beforeEach, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const BUILD = resolve(import.meta.dir, "../../scripts/build.ts");

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "yeoul-unbuilt-"));
  mkdirSync(join(project, "scripts"));
  copyFileSync(BUILD, join(project, "scripts/build.ts"));
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

const build = async () => {
  // Otherwise Bun would install what a script imports.
  const command = [process.execPath, "--no-install", "scripts/build.ts"];
  const child = Bun.spawn(command, { cwd: project, stdout: "pipe", stderr: "pipe" });
  const [code, stderr] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  return { code, stderr };
};

test("a build without dependencies says to install them", async () => {
  expect(await build()).toEqual({
    code: 1,
    stderr: "build: the dependencies are not installed; run bun install --frozen-lockfile first\n",
  });
});

test("a build whose database cannot be prepared says why", async () => {
  mkdirSync(join(project, "node_modules"));
  writeFileSync(join(project, "scripts/build-database.ts"), 'throw new Error("the disk is full")');
  const { code, stderr } = await build();
  expect(code).toBe(1);
  expect(stderr).toStartWith("build: the embedded database could not be prepared:\n");
  expect(stderr).toContain("the disk is full");
});

test("a build does not embed the database of an earlier one", async () => {
  mkdirSync(join(project, "node_modules"));
  mkdirSync(join(project, "dist"));
  writeFileSync(join(project, "dist/database.tar.zst"), "stale");
  writeFileSync(join(project, "scripts/build-database.ts"), "export {};");
  expect(await build()).toEqual({
    code: 1,
    stderr: "build: the embedded database could not be prepared:\nit wrote no archive and no error\n",
  });
});
