import postgres from "postgres";
import { freshDatabase } from "../../support/postgres.ts";
import type { OpenScenario } from "../scenario.ts";
import { stage } from "../stage.ts";
import { LONG, staged } from "../staged.ts";

/** In leases. */
const HELD = 2;

/** Somebody locks the table of events for two leases, so that nothing can be written or read. */
export const lock: OpenScenario = async ({ leaseMs, ...scale }) => {
  const databaseUrl = await freshDatabase();
  const place = await stage({ size: 2, databaseUrl, env: { LEASE_TTL: `${leaseMs}ms` } });
  const admin = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  return staged({
    place,
    scale,
    asks: () => ({ size: LONG, queued: 0.2 }),
    strike: async (people, random) => {
      await people.received(random.fraction() * 0.3);
      const moments = [Date.now()];
      await admin.begin(async (sql) => {
        await sql`set local search_path to yeoul, public`;
        await sql`lock table events in access exclusive mode`;
        await Bun.sleep(HELD * leaseMs);
      });
      return { moments };
    },
    before: () => admin.end(),
  });
};
