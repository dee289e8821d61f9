import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";

// `bun run build` builds dist/yeoul: one file with the service, Bun and an embedded, already migrated Postgres.
// The same commit gives the same bytes on all machines of one platform.

const root = join(import.meta.dir, "..");
const ARCHIVE = join(root, "dist/database.tar.zst");
const STARTER = join(root, "dist/starter.bundle");
const EXECUTABLE = join(root, "dist/yeoul");

/**
 * Runs in its own process, which has a fixed clock and constant random numbers. The archive of an earlier build is
 * removed first, so that it cannot be embedded in place of this one.
 */
const prepareDatabase = async (): Promise<void> => {
  await rm(ARCHIVE, { force: true });
  const dataDir = await mkdtemp(join(tmpdir(), "yeoul-build-"));
  try {
    const script = join(import.meta.dir, "build-database.ts");
    const child = Bun.spawn([process.execPath, script, dataDir, ARCHIVE], { stdout: "inherit", stderr: "pipe" });
    const cause = await new Response(child.stderr).text();
    if ((await child.exited) === 0 && existsSync(ARCHIVE)) return;
    throw new Error(
      `the embedded database could not be prepared:\n${cause.trim() || "it wrote no archive and no error"}`,
    );
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
};

/** Runs in its own process, so that this script needs none of the packages that it is made with. */
const prepareStarter = async (): Promise<void> => {
  await rm(STARTER, { force: true });
  const script = join(import.meta.dir, "build-starter.ts");
  const child = Bun.spawn([process.execPath, script, STARTER], { stdout: "inherit", stderr: "pipe" });
  const cause = await new Response(child.stderr).text();
  if ((await child.exited) === 0 && existsSync(STARTER)) return;
  throw new Error(`the example agents could not be collected:\n${cause.trim() || "nothing was written"}`);
};

/**
 * Workers are started by file path, and nothing imports them. Sorted, so that the output does not depend on disk order.
 */
const workers = (): readonly string[] =>
  [...new Glob("src/**/worker.ts").scanSync({ cwd: root, absolute: true })].sort();

/**
 * Compiles in a separate folder: a start during the build finds the old executable intact, and source maps stay out of
 * dist.
 */
const compile = async (): Promise<void> => {
  const folder = await mkdtemp(join(root, "dist/unfinished-"));
  try {
    await Bun.build({
      entrypoints: [join(root, "src/main.ts"), ...workers()],
      root: join(root, "src"),
      format: "esm",
      // Parsing takes most of a start. Bytecode saves two thirds of it, and splitting loads only what is imported.
      bytecode: true,
      splitting: true,
      minify: { syntax: true, whitespace: true },
      // Two libraries read it without needing it. Undefined here, it would be the build machine's path, and builds
      // would differ.
      define: { __dirname: '"/"' },
      // 5 MB, read only when a stack is printed, so that stacks in the logs name our files and lines.
      sourcemap: "inline",
      // The packages that agents import are found by their package.json, which an executable does not read by itself.
      compile: { outfile: join(folder, "yeoul"), autoloadBunfig: false, autoloadPackageJson: true },
    });
    await rename(join(folder, "yeoul"), EXECUTABLE);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const build = async (): Promise<void> => {
  if (!existsSync(join(root, "node_modules"))) {
    throw new Error("the dependencies are not installed; run bun install --frozen-lockfile first");
  }
  await mkdir(join(root, "dist"), { recursive: true });
  print("preparing the embedded database");
  await prepareDatabase();
  print("collecting what yeoul init writes");
  await prepareStarter();
  print("compiling");
  await compile();
  print(`built dist/yeoul (${Math.round((await stat(EXECUTABLE)).size / 1_000_000)} MB)`);
};

await build().catch((error: Error) => {
  // The bundler's errors are several, with their places.
  process.stderr.write(`build: ${error instanceof AggregateError ? Bun.inspect(error) : error.message}\n`);
  process.exitCode = 1;
});
