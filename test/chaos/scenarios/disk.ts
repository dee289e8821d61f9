import postgres from "postgres";
import { type PostgresServer, startPostgres } from "../../support/postgres.ts";
import { smallDisk } from "../../support/small-disk.ts";
import type { Fault } from "../checker.ts";
import type { OpenScenario } from "../scenario.ts";
import { stage } from "../stage.ts";
import { LONG, staged } from "../staged.ts";

const DISK_MB = 200;
/** In leases. */
const FULL = 2;

/** Has Postgres write to its log until no space is left for it. It ends itself then, and does not start again. */
const useUpLog = async (databaseUrl: string, { isRunning }: PostgresServer): Promise<void> => {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const write = async (): Promise<void> => {
    while (isRunning()) await sql`select pg_logical_emit_message(false, 'chaos', repeat('x', 500000))`;
  };
  // The last query may never settle.
  void write().catch(() => {});
  while (isRunning()) await Bun.sleep(50);
  void sql.end({ timeout: 0 });
};

/**
 * Postgres' disk is full for two leases: no table can grow, and in every other round the log cannot either, which ends
 * Postgres. Then there is space again, and an operator starts it if it has ended.
 */
export const disk: OpenScenario = async ({ leaseMs, ...scale }) => {
  const space = smallDisk(DISK_MB);
  const server = await startPostgres({
    folder: space.path,
    initdbFlags: ["--wal-segsize=1"],
    flags: ["-c", "min_wal_size=2MB", "-c", "max_wal_size=32MB"],
  });
  const databaseUrl = await server.freshDatabase();
  const place = await stage({ size: 2, databaseUrl, env: { LEASE_TTL: `${leaseMs}ms` } });
  return staged({
    place,
    scale,
    asks: () => ({ size: LONG, relayed: 0.2, queued: 0.2 }),
    strike: async (people, random) => {
      await people.received(random.fraction() * 0.3);
      const moments = [Date.now()];
      space.fill();
      const isLogFull = random.fraction() < 0.5;
      if (isLogFull) await useUpLog(databaseUrl, server);
      await Bun.sleep(FULL * leaseMs);
      const hasEnded = !server.isRunning();
      space.free();
      if (hasEnded) await server.start();
      const faults: Fault[] = isLogFull === hasEnded ? [] : [{ kind: "other", message: `Postgres ended: ${hasEnded}` }];
      return { moments, faults };
    },
    after: async () => {
      await server.stop();
      space[Symbol.dispose]();
    },
  });
};
