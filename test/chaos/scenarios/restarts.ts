import { startPostgres } from "../../support/postgres.ts";
import { crowd } from "../crowd.ts";
import { type OpenScenario, outcomeOf } from "../scenario.ts";
import { stage } from "../stage.ts";

/** Postgres is restarted three times in a round, with the length of a lease in between. */
export const restarts: OpenScenario = async ({ leaseMs, ...scale }) => {
  const server = await startPostgres();
  const place = await stage({
    size: 2,
    databaseUrl: await server.freshDatabase(),
    env: { LEASE_TTL: `${leaseMs}ms` },
  });
  return {
    round: async (random) => {
      const people = crowd({
        ...place,
        random: random.fork("people"),
        ...scale,
        size: { words: [60, 160], pauseMs: [50, 120] },
        relayed: 0.2,
        queued: 0.2,
      });
      await people.received(random.fraction() * 0.2);
      const moments: number[] = [];
      for (let restart = 0; restart < 3; restart++) {
        moments.push(Date.now());
        await server.stop();
        await server.start();
        await Bun.sleep(leaseMs);
      }
      return outcomeOf(moments, await people.verdict());
    },
    [Symbol.asyncDispose]: async () => {
      await place[Symbol.asyncDispose]();
      await server.stop();
    },
  };
};
