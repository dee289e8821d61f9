import type { System } from "../domain/system.ts";
import { checkpointQueries } from "./checkpoints.ts";
import type { Store } from "./contract.ts";
import type { Database } from "./database.ts";
import { documentStore } from "./document-store.ts";
import { eventQueries } from "./events.ts";
import { forkQuery } from "./forks.ts";
import { imageQueries } from "./images.ts";
import { leaseQueries } from "./leases.ts";
import { migrationQueries } from "./migrate.ts";
import { rehearsalQuery } from "./rehearsal.ts";
import { replicaQueries } from "./replicas.ts";
import { runQueries } from "./runs.ts";
import { secretQueries } from "./secrets.ts";
import { testWriteQuery } from "./test-write.ts";
import { threadQueries } from "./threads.ts";
import { ticketQueries } from "./tickets.ts";
import { tilQueries } from "./tils.ts";
import { usageQueries } from "./usage.ts";
import type { VectorTuning } from "./vector-index.ts";
import { Vectors } from "./vectors.ts";

/** The store over a driver's database; all that the drivers share is in here. `tuning`: see `Vectors`. */
export const storeOver = (database: Database, system: System, tuning: VectorTuning): Store => {
  const vectors = new Vectors(database, tuning);
  const { migrate, check } = migrationQueries(database, system.now);
  return {
    runs: { ...runQueries(database), ...leaseQueries(database) },
    replicas: replicaQueries(database),
    events: eventQueries(database),
    threads: { ...threadQueries(database), ...checkpointQueries(database), fork: forkQuery(database) },
    images: imageQueries(database),
    tickets: ticketQueries(database),
    tils: tilQueries(database),
    secrets: secretQueries(database),
    usage: usageQueries(database),
    documents: documentStore(database, vectors),
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
