import { mkdtemp, rm } from "node:fs/promises";
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

const compile = (): Promise<unknown> =>
  Bun.build({
    entrypoints: [join(root, "src/main.ts"), join(root, "src/tools/worker.ts")],
    root: join(root, "src"),
    // Names stay: they are what a stack trace in an operator's log is read by.
    minify: { syntax: true, whitespace: true },
    // Without it the executable takes three times as long to start: parsing is most of a start.
    bytecode: true,
    splitting: true,
    format: "esm",
    compile: { outfile: EXECUTABLE, autoloadBunfig: false },
  });

await prepareDatabase();
await compile();
