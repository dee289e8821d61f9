import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realSystem } from "./src/domain/system.ts";
import { pgliteStore } from "./src/store/drivers/pglite.ts";

// `bun run build` makes dist/yeoul: the service, Bun, and an embedded Postgres that is already migrated, in one file.

const root = import.meta.dir;
const ARCHIVE = join(root, "dist/database.tar.zst");
const EXECUTABLE = join(root, "dist/yeoul");

/** The database that every new DATA_DIR begins with: what initdb and the migrations make, shut down in good order. */
const prepareDatabase = async (): Promise<void> => {
  const dataDir = await mkdtemp(join(tmpdir(), "yeoul-build-"));
  try {
    const store = await pgliteStore({ dataDir, system: realSystem });
    await store.migrate();
    await store.close();
    // Not Bun.Archive, which has no empty directories, and Postgres needs some.
    const tar = Bun.spawn(["tar", "-c", "-C", join(dataDir, "postgres"), "."], { stdout: "pipe" });
    const packed = await Bun.zstdCompress(await new Response(tar.stdout).bytes(), { level: 9 });
    if ((await tar.exited) !== 0) throw new Error("tar failed");
    await Bun.write(ARCHIVE, packed);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
};

/** Compiled in a folder of its own: a start while this goes on finds the old one whole, and the maps stay out of dist. */
const compile = async (): Promise<void> => {
  const folder = await mkdtemp(join(root, "dist/unfinished-"));
  try {
    await Bun.build({
      entrypoints: ["main.ts", "tools/worker.ts", "reading/worker.ts"].map((file) => join(root, "src", file)),
      root: join(root, "src"),
      format: "esm",
      // Parsing is most of a start: bytecode saves two thirds of it, and of the rest only what is imported is read.
      bytecode: true,
      splitting: true,
      minify: { syntax: true, whitespace: true },
      // 5 MB, read when there is a stack to print, for an operator's log that names our files and lines.
      sourcemap: "inline",
      compile: { outfile: join(folder, "yeoul"), autoloadBunfig: false },
    });
    await rename(join(folder, "yeoul"), EXECUTABLE);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

await prepareDatabase();
await compile();
