import postgres from "postgres";
import { freshDatabase } from "../../support/postgres.ts";
import { crowd } from "../crowd.ts";
import { type OpenScenario, outcomeOf } from "../scenario.ts";
import { stage } from "../stage.ts";

/** In leases. */
const HELD = 2;

/** Somebody locks the table of events for two leases, so that nothing can be written or read. */
export const lock: OpenScenario = async ({ leaseMs, ...scale }) => {
  const databaseUrl = await freshDatabase();
  const place = await stage({ size: 2, databaseUrl, env: { LEASE_TTL: `${leaseMs}ms` } });
  const admin = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  return {
    round: async (random) => {
      const people = crowd({
        ...place,
        random: random.fork("people"),
        ...scale,
        size: { words: [60, 160], pauseMs: [50, 120] },
        queued: 0.2,
      });
      await people.received(random.fraction() * 0.3);
      const moments = [Date.now()];
      await admin.begin(async (sql) => {
        await sql`set local search_path to yeoul, public`;
        await sql`lock table events in access exclusive mode`;
        await Bun.sleep(HELD * leaseMs);
      });
      return outcomeOf(moments, await people.verdict());
    },
    [Symbol.asyncDispose]: async () => {
      await admin.end();
      await place[Symbol.asyncDispose]();
    },
  };
};
