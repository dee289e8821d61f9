import { startPostgres } from "../../support/postgres.ts";
import type { OpenScenario } from "../scenario.ts";
import { stage } from "../stage.ts";
import { LONG, staged } from "../staged.ts";

/** In a whole round. */
const RESTARTS = 3;

/** Postgres is restarted again and again while answers are written, with the length of a lease in between. */
export const restarts: OpenScenario = async ({ leaseMs, ...scale }) => {
  const server = await startPostgres();
  const databaseUrl = await server.freshDatabase();
  const place = await stage({ size: 2, databaseUrl, env: { LEASE_TTL: `${leaseMs}ms` } });
  return staged({
    place,
    scale,
    asks: () => ({ size: LONG, relayed: 0.2, queued: 0.2 }),
    strike: async (people, random) => {
      await people.received(random.fraction() * 0.2);
      const moments: number[] = [];
      const count = RESTARTS * scale.length * scale.pause;
      for (let restart = 0; restart < count && !people.isOver(); restart++) {
        moments.push(Date.now());
        await server.stop();
        await server.start();
        await Bun.sleep(leaseMs);
      }
      return { moments };
    },
    after: () => server.stop(),
  });
};
