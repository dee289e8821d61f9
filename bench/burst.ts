/**
 * Measures only the burst, in minutes: `bun bench/burst.ts [rounds] [streams]`. The hand-written relay and Yeoul, run
 * from source, take turns; each round's ratio compares two consecutive bursts.
 */
import { endAll, startServer } from "./child.ts";
import { openDatabase } from "./database.ts";
import { quantile } from "./figures.ts";
import { burst, warmUp } from "./relaying.ts";
import { type Server, startTarget } from "./servers.ts";

const [rounds, streams] = [Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 500)];

const quantiles = (added: readonly number[]) => [0.01, 0.5, 0.99].map((q) => quantile(added, q));

const measure = async (): Promise<void> => {
  const standIn = await startServer([process.execPath, "bench/stand-in.ts"]);
  const database = await openDatabase(undefined);
  try {
    const around = { standIn: standIn.url, database: database.url, source: true, profile: process.env.PROFILE === "1" };
    const servers: Server[] = [];
    for (const target of ["floor", "yeoul"] as const) servers.push(await startTarget(target, around));
    for (const server of servers) await warmUp(server);
    const ratios: number[][] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const [floor = [], yeoul = []] = await (async () => {
        const seen: number[][] = [];
        for (const server of servers) {
          const { added, whole } = await burst(server, server.target === "yeoul" ? database.pid : null, streams);
          const [p1, p50, p99] = quantiles(added).map((ms) => ms.toFixed(0));
          const cpu = (seconds: number): string => `${((seconds * 1000) / streams).toFixed(2)} ms`;
          console.log(
            `${server.target}: first token p1 ${p1}, p50 ${p50}, p99 ${p99} ms; CPU a run ${cpu(whole.server)}, of Postgres ${cpu(whole.beside)}`,
          );
          seen.push(quantiles(added));
        }
        return seen;
      })();
      ratios.push(yeoul.map((ms, at) => ms / (floor[at] ?? Number.NaN)));
    }
    const over = (at: number): string =>
      quantile(
        ratios.map((ratio) => ratio[at] ?? Number.NaN),
        0.5,
      ).toFixed(2);
    console.log(`median of ${rounds} rounds, against the relay: p50 ${over(1)}, p99 ${over(2)}`);
  } finally {
    await endAll();
    await database.drop().catch(() => {});
  }
};

await measure().finally(endAll);
