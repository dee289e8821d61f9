import { databaseProxy } from "../../support/database-proxy.ts";
import { freshDatabase } from "../../support/postgres.ts";
import type { OpenScenario } from "../scenario.ts";
import { stage } from "../stage.ts";
import { LONG, staged } from "../staged.ts";

/** In leases. */
const STALL = 4;

/** What stands between one replica of two and the database stops forwarding for four leases, and closes nothing. */
export const stall: OpenScenario = async ({ leaseMs, ...scale }) => {
  const url = await freshDatabase();
  const proxy = await databaseProxy(url);
  const databaseUrl = (replica: number): string => (replica === 0 ? proxy.url : url);
  const place = await stage({ size: 2, databaseUrl, env: { LEASE_TTL: `${leaseMs}ms` } });
  return staged({
    place,
    scale,
    asks: () => ({ size: LONG, queued: 0.2 }),
    strike: async (people, random) => {
      await people.received(random.fraction() * 0.3);
      const moments = [Date.now()];
      proxy.stall(true);
      await Bun.sleep(STALL * leaseMs);
      proxy.stall(false);
      return { moments };
    },
    after: async () => proxy[Symbol.asyncDispose](),
  });
};
