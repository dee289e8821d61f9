import type { System } from "../domain/system.ts";
import { openConcerns } from "./concerns.ts";
import type { Store } from "./contract.ts";
import type { Database } from "./database.ts";
import type { VectorTuning } from "./documents/vector-index.ts";
import { Vectors } from "./documents/vectors.ts";
import { rehearsalQuery } from "./health/rehearsal.ts";
import { testWriteQuery } from "./health/test-write.ts";
import { migrationQueries } from "./migrations/migrate.ts";

/** The store over a driver's database, with everything that the drivers share. `tuning`: see `Vectors`. */
export const storeOver = (database: Database, system: System, tuning: VectorTuning): Store => {
  const vectors = new Vectors(database, tuning);
  const { migrate, check } = migrationQueries(database, system.now);
  return {
    ...openConcerns({ database, vectors }),
    migrate: async () => {
      const applied = await migrate();
      await vectors.prepare();
      return applied;
    },
    check,
    ...testWriteQuery(database, system.now),
    ...rehearsalQuery(database, system, (within) => storeOver(within, system, tuning)),
    close: () => database.close(),
  };
};
