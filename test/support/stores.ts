import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { memoryStore } from "./pglite.ts";
import { freshDatabase } from "./postgres.ts";

/** Every kind of store, empty and not yet migrated: `describe.each(stores)`. */
export const stores: readonly (readonly [string, () => Promise<Store>])[] = [
  ["the embedded store", () => memoryStore(realSystem)],
  ["Postgres", async () => postgresStore({ url: await freshDatabase(), system: realSystem })],
];
