import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import type { RunPage, RunStore } from "./contract.ts";
import { isOfThread, runColumns, runOf } from "./rows.ts";
import { runs } from "./schema.ts";

/**
 * Reads `runs_of_user` backwards from the place of the page: what the runs are filtered by is in the index, so a page
 * costs what it returns. A thread's runs are looked up by the thread and sorted, because a user may have many others.
 */
export const listRunsQuery = (database: Database): Pick<RunStore, "list"> => ({
  list: (userId, page) =>
    database.call("runs.list", async ({ db }) => {
      const found = await db
        .select(runColumns)
        .from(runs)
        .where(among(userId, page))
        .orderBy(sql`${runs.createdAt} desc`, sql`${runs.runId} desc`)
        .limit(page.limit);
      return found.map(runOf);
    }),
});

/** A copy has started, but nobody has executed it. Written as in the index `runs_of_user`. */
const IS_NO_COPY = sql`(${runs.attempt} > 0 or ${runs.startSeq} is null)`;

const among = (userId: string, { after, status, threadKey, withSuperseded }: RunPage): SQL => {
  const conditions = [
    isOfThread,
    threadKey === null
      ? sql`split_part(${runs.threadKey}, ':', 1) = ${userId} and ${IS_NO_COPY}`
      : sql`${runs.threadKey} = ${threadKey}`,
    ...(after === null ? [] : [sql`(${runs.createdAt}, ${runs.runId}) < (${after.createdAt}::bigint, ${after.runId})`]),
    ...(status === null ? [] : [sql`${runs.status} = ${status}`]),
    ...(withSuperseded ? [] : [sql`${runs.supersededBy} is null`]),
  ];
  return sql.join(conditions, sql` and `);
};
