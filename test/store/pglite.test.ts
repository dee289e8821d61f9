import { realSystem } from "../../src/domain/system.ts";
import { pgliteStore } from "../../src/store/drivers/pglite.ts";
import { storeConformance } from "../conformance/store.ts";

storeConformance("PGlite", () => pgliteStore({ dataDir: null, system: realSystem }), { vectors: true, hints: true });
