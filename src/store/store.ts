import type { System } from "../domain/system.ts";
import type { Store } from "./contract.ts";
import type { Database } from "./database.ts";
import { documentStore } from "./documents/document-store.ts";
import type { VectorTuning } from "./documents/vector-index.ts";
import { Vectors } from "./documents/vectors.ts";
import { rehearsalQuery } from "./health/rehearsal.ts";
import { testWriteQuery } from "./health/test-write.ts";
import { imageQueries } from "./images/images.ts";
import { checkpointQueries } from "./log/checkpoints.ts";
import { eventQueries } from "./log/events.ts";
import { forkQuery } from "./log/forks.ts";
import { leaseQueries } from "./log/leases.ts";
import { replicaQueries } from "./log/replicas.ts";
import { runQueries } from "./log/runs.ts";
import { threadQueries } from "./log/threads.ts";
import { migrationQueries } from "./migrations/migrate.ts";
import { tilQueries } from "./notes/tils.ts";
import { secretQueries } from "./secrets/secrets.ts";
import { ticketQueries } from "./tickets/tickets.ts";
import { usageQueries } from "./usage/usage.ts";

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
