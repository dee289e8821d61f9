import { databaseProxy } from "../../support/database-proxy.ts";
import { freshDatabase } from "../../support/postgres.ts";
import { crowd } from "../crowd.ts";
import { type OpenScenario, outcomeOf } from "../scenario.ts";
import { stage } from "../stage.ts";

/** In leases. */
const STALL = 4;

/** What stands between one replica of two and the database stops forwarding for four leases, and closes nothing. */
export const stall: OpenScenario = async ({ leaseMs, ...scale }) => {
  const databaseUrl = await freshDatabase();
  const proxy = await databaseProxy(databaseUrl);
  const place = await stage({
    size: 2,
    databaseUrl: (replica) => (replica === 0 ? proxy.url : databaseUrl),
    env: { LEASE_TTL: `${leaseMs}ms` },
  });
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
      proxy.stall(true);
      await Bun.sleep(STALL * leaseMs);
      proxy.stall(false);
      return outcomeOf(moments, await people.verdict());
    },
    [Symbol.asyncDispose]: async () => {
      await place[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
};
