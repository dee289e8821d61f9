import { sql } from "drizzle-orm";
import type { ThreadKey } from "../../domain/thread.ts";
import type { Database, Session } from "../database.ts";
import type { ThreadStore } from "./contract-threads.ts";
import { ERASING, eraseQuery, eraseThread } from "./erase.ts";
import { isIdle } from "./idle-threads.ts";
import { logBounds } from "./pieces.ts";
import { isUnfinished } from "./rows.ts";

/**
 * Deletes all that belongs to a thread. What stays is its row, without a title, so that a thread made under the same key
 * counts on. From the first transaction on the thread is gone for everybody; its rows go afterwards, statement by
 * statement. If that is interrupted, `erase` goes on.
 */
export const deleteThreadQuery = (database: Database): Pick<ThreadStore, "delete" | "erase"> => ({
  delete: async (threadKey, idleForMs = null) => {
    const stopped = await database.call("threads.delete", ({ transaction }) =>
      transaction((session) => hide(session, threadKey, idleForMs)),
    );
    if (stopped !== null) await eraseThread(database, threadKey, Number.POSITIVE_INFINITY).catch(() => {});
    return stopped;
  },
  erase: eraseQuery(database),
});

/**
 * Several statements, because each sees only what was committed before it began. The thread's lock keeps new runs, ends
 * and images out; deleting the unfinished runs waits for the appends under way; only then is the log's end known. One
 * seq is skipped after the last, so that a reader that has read up to there sees a gap before another thread under that
 * key.
 */
const hide = async (
  { rows }: Session,
  threadKey: ThreadKey,
  idleForMs: number | null,
): Promise<readonly string[] | null> => {
  const isMeant = idleForMs === null ? sql`not is_deleted` : isIdle(sql`${idleForMs}::bigint`);
  const found = await rows(sql`select 1 from threads where thread_key = ${threadKey} and ${isMeant} for update`);
  if (found.length === 0) return null;
  const runs = await rows<{ runId: string }>(sql`
    delete from runs where thread_key = ${threadKey} and ${isUnfinished} returning run_id as "runId"`);
  const [log] = await rows<{ last: number | null }>(logBounds(sql`${threadKey}`));
  await rows(sql`
    update threads set is_deleted = true, erase_at = ${ERASING}, title = null, running = false, queued = 0,
      last_seq = greatest(last_seq, ${log?.last ?? 0}::int) + 1
    where thread_key = ${threadKey}`);
  return runs.map(({ runId }) => runId);
};
