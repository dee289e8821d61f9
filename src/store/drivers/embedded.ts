import prepared from "../../../dist/database.tar.zst" with { type: "file" };
import initdb from "../../../node_modules/@electric-sql/pglite/dist/initdb.wasm" with { type: "file" };
import share from "../../../node_modules/@electric-sql/pglite/dist/pglite.data" with { type: "file" };
import postgres from "../../../node_modules/@electric-sql/pglite/dist/pglite.wasm" with { type: "file" };
import type { PgliteAssets, PgliteStoreOptions } from "./pglite.ts";

/**
 * Only an executable has these: `scripts/build.ts` makes the archive first, and PGlite's package does not export its
 * files.
 */
export const embeddedFiles = (): Pick<PgliteStoreOptions, "assets" | "archive"> => ({
  assets: compiled(),
  archive: Bun.file(prepared),
});

/** Takes 0.2 s in threads of its own; the archive is unpacked meanwhile. */
const compiled = async (): Promise<PgliteAssets> => {
  const [pgliteWasmModule, initdbWasmModule] = await Promise.all([compile(postgres), compile(initdb)]);
  return { pgliteWasmModule, initdbWasmModule, fsBundle: Bun.file(share) };
};

const compile = async (path: string): Promise<WebAssembly.Module> => WebAssembly.compile(await Bun.file(path).bytes());
