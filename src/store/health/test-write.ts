import { sql } from "drizzle-orm";
import type { Store } from "../contract.ts";
import type { Database, Session } from "../database.ts";
import { sqlState } from "../failure.ts";
import { DiagnosedStoreError } from "../trouble.ts";

const READ_ONLY = "25006";
/** Enough slots that connections writing at the same time seldom share one. */
const SLOTS = 64;

export const testWriteQuery = (database: Database, now: () => number): Pick<Store, "tryWrite"> => ({
  tryWrite: () =>
    database.call("the database cannot be written to", async (session) => {
      try {
        await session.transaction(async (inner) => {
          await requireDiskSpace(inner);
          await inner.rows(sql`
            insert into test_writes (slot, at) values (pg_backend_pid() % ${SLOTS}::int, ${now()}::bigint)
            on conflict (slot) do update set at = excluded.at`);
        });
      } catch (error) {
        throw sqlState(error) === READ_ONLY
          ? new DiagnosedStoreError(await whyReadOnly(session), { cause: error })
          : error;
      }
    }),
});

/**
 * Makes the server write some 80 KB to the disk that its tables are on, by a result larger than the memory it is
 * allowed. Overwriting a row needs no new disk space, nor does logging the change, since the log's files are allocated
 * ahead: both succeed on a disk where no table can grow. Nothing of the result remains, and nothing of it is logged.
 */
export const requireDiskSpace = async ({ rows }: Session): Promise<void> => {
  await rows(sql`select set_config('work_mem', '64kB', true)`);
  await rows(sql`select count(*) from generate_series(1, 4000)`);
};

const whyReadOnly = async ({ rows }: Session): Promise<string> => {
  const [server] = await rows<{ isStandby: boolean }>(sql`select pg_is_in_recovery() as "isStandby"`);
  return server?.isStandby === true
    ? "the database is read-only: it is a standby"
    : "the database is read-only: default_transaction_read_only is on";
};
