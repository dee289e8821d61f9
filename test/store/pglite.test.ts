import { realSystem } from "../../src/domain/system.ts";
import { pgliteStore } from "../../src/store/drivers/pglite.ts";
import { storeConformance } from "../conformance/store.ts";
import { packedStore } from "../support/packing.ts";

const open = () => pgliteStore({ dataDir: null, system: realSystem });

storeConformance("PGlite", open, { vectors: true, hints: true });
storeConformance("PGlite, where all that can be is packed", async () => packedStore(await open()), {
  vectors: true,
  hints: true,
  packing: true,
});
