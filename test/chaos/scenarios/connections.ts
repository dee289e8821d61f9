import { startPostgres } from "../../support/postgres.ts";
import { greedyClient } from "../greedy-client.ts";
import type { OpenScenario } from "../scenario.ts";
import { stage } from "../stage.ts";
import { LONG, staged } from "../staged.ts";

/** More than the replicas take, and few enough to be used up at once. */
const MAX_CONNECTIONS = 48;
/** In leases. */
const HELD = 2;

/**
 * Somebody else takes all connections that Postgres has left, then those of the replicas too as Postgres ends them, and
 * gives all back after two leases.
 */
export const connections: OpenScenario = async ({ leaseMs, ...scale }) => {
  const server = await startPostgres({ flags: ["-c", `max_connections=${MAX_CONNECTIONS}`] });
  const databaseUrl = await server.freshDatabase();
  const place = await stage({ size: 2, databaseUrl, env: { LEASE_TTL: `${leaseMs}ms` } });
  return staged({
    place,
    scale,
    asks: () => ({ size: LONG, relayed: 0.2, queued: 0.2 }),
    strike: async (people, random) => {
      await people.received(random.fraction() * 0.2);
      await using greedy = greedyClient(databaseUrl);
      await greedy.takeAll();
      await people.received(0.2 + random.fraction() * 0.2);
      const moments = [Date.now()];
      await greedy.takeTheirs(HELD * leaseMs);
      return { moments };
    },
    after: () => server.stop(),
  });
};
