import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { storeConformance } from "../conformance/store.ts";
import { freshDatabase } from "../support/postgres.ts";

storeConformance("Postgres", async () => postgresStore({ url: await freshDatabase(), system: realSystem }), {
  vectors: false,
  hints: true,
});
