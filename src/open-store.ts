import type { Config } from "./config/read-config.ts";
import type { System } from "./domain/system.ts";
import type { Store } from "./store/contract.ts";

/**
 * Opens the configured store, without migrating it. Loads only that store's driver, since a start waits for every
 * module it loads.
 */
export const openStore = async ({ database }: Config, system: System): Promise<Store> => {
  if (database.kind === "postgres") {
    const { postgresStore } = await import("./store/drivers/postgres.ts");
    return postgresStore({ url: database.url, schema: database.schema, maxConnections: database.pool, system });
  }
  const [{ embeddedAssets }, { pgliteStore }] = await Promise.all([
    import("./store/drivers/assets.ts"),
    import("./store/drivers/pglite.ts"),
  ]);
  return pgliteStore({
    dataDir: database.dataDir,
    fsync: database.fsync,
    schema: database.schema,
    system,
    ...(await embeddedAssets()),
  });
};
