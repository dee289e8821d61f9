import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { storeConformance } from "../conformance/store.ts";
import { packedStore } from "../support/packing.ts";
import { freshDatabase } from "../support/postgres.ts";

const open = async () => postgresStore({ url: await freshDatabase(), system: realSystem });

storeConformance("Postgres", open, { vectors: false, hints: true });
storeConformance("Postgres, where all that can be is packed", async () => packedStore(await open()), {
  vectors: false,
  hints: true,
  packing: true,
});
