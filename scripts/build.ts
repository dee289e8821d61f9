import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";

// `bun run build` makes dist/yeoul: the service, Bun, and an embedded Postgres that is already migrated, in one file.
// The same commit gives the same bytes, on any machine of one kind.

const root = join(import.meta.dir, "..");
const ARCHIVE = join(root, "dist/database.tar.zst");
const EXECUTABLE = join(root, "dist/yeoul");

/** In a process of its own, which has neither a clock nor chance. */
const prepareDatabase = async (): Promise<void> => {
  const dataDir = await mkdtemp(join(tmpdir(), "yeoul-build-"));
  try {
    const script = join(import.meta.dir, "build-database.ts");
    const { exited } = Bun.spawn([process.execPath, script, dataDir, ARCHIVE], {
      stdout: "inherit",
      stderr: "inherit",
    });
    if ((await exited) !== 0) throw new Error("the embedded database could not be made");
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
};

/** Workers are started by their files, which nothing imports. Sorted, so that the bytes do not follow the disk's order. */
const workers = (): readonly string[] =>
  [...new Glob("src/**/worker.ts").scanSync({ cwd: root, absolute: true })].sort();

/** Compiled in a folder of its own: a start while this goes on finds the old one whole, and the maps stay out of dist. */
const compile = async (): Promise<void> => {
  const folder = await mkdtemp(join(root, "dist/unfinished-"));
  try {
    await Bun.build({
      entrypoints: [join(root, "src/main.ts"), ...workers()],
      root: join(root, "src"),
      format: "esm",
      // Parsing is most of a start: bytecode saves two thirds of it, and of the rest only what is imported is read.
      bytecode: true,
      splitting: true,
      minify: { syntax: true, whitespace: true },
      // Two libraries ask for it and need it not; it would be the path of the machine that builds, so that no two had the same bytes.
      define: { __dirname: '"/"' },
      // 5 MB, read when there is a stack to print, for an operator's log that names our files and lines.
      sourcemap: "inline",
      compile: { outfile: join(folder, "yeoul"), autoloadBunfig: false },
    });
    await rename(join(folder, "yeoul"), EXECUTABLE);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

await mkdir(join(root, "dist"), { recursive: true });
await prepareDatabase();
await compile();
