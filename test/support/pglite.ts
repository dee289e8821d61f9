import { PGlite } from "@electric-sql/pglite";
import { realSystem, type System } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { type PgliteAssets, pgliteStore } from "../../src/store/drivers/pglite.ts";

let prepared: Promise<Blob> | undefined;

/** initdb takes 4 s: it runs once per process, and every other database starts as a copy of its result. */
const initialised = async (): Promise<Blob> => {
  const template = await PGlite.create();
  const archive = await template.dumpDataDir("none");
  await template.close();
  return archive;
};

/** A new, empty store in memory; not yet migrated. */
export const memoryStore = async (system: System = realSystem, deadlineMs?: number): Promise<Store> => {
  prepared ??= initialised();
  const assets: PgliteAssets & { readonly loadDataDir: Blob } = { loadDataDir: await prepared };
  return pgliteStore({ dataDir: null, system, assets, ...(deadlineMs !== undefined && { deadlineMs }) });
};
