import { sql } from "drizzle-orm";
import type { Session } from "../database.ts";
import type { Fence } from "./contract.ts";

type RunKey = Pick<Fence, "threadKey" | "runId">;

export const messageColumns = sql.raw("thread_key, seq, role, id, run_id, content, created_at, detail");

/**
 * Puts a run that starts in the place of the turns that its row names: from `supersedes` to the turn before its own.
 * Their messages leave the table that everybody reads, so no reader of messages has to leave them out. Their events
 * stay. All earlier turns have ended, because a run starts last. Must be called with the thread's lock. Returns the ids
 * of all turns whose place the run has, in order; calling it again changes nothing.
 */
export const supersede = async ({ rows }: Session, { threadKey, runId }: RunKey): Promise<readonly string[]> => {
  await rows(sql`
    with bound as (
      select run.turn as last, first.turn as first from runs as run
      join runs as first on first.thread_key = run.thread_key and first.run_id = run.supersedes
      where run.thread_key = ${threadKey} and run.run_id = ${runId}
    ), taken as (
      update runs set superseded_by = ${runId}::text from bound
      where thread_key = ${threadKey} and turn >= bound.first and turn < bound.last and superseded_by is null
      returning run_id, start_seq
    ), moved as (
      delete from messages
      where thread_key = ${threadKey} and seq > (select min(start_seq) from taken)
        and run_id in (select run_id from taken)
      returning ${messageColumns}
    )
    insert into superseded_messages (${messageColumns}) select ${messageColumns} from moved`);
  return supersededBy({ rows }, { threadKey, runId });
};

/** Returns the ids of the turns whose place a run has taken, in order. */
export const supersededBy = async (
  { rows }: Pick<Session, "rows">,
  { threadKey, runId }: RunKey,
): Promise<readonly string[]> => {
  const found = await rows<{ runId: string }>(sql`
    select run_id as "runId" from runs where thread_key = ${threadKey} and superseded_by = ${runId} order by turn`);
  return found.map(({ runId: superseded }) => superseded);
};

/** Gives the turns that a run superseded their place back. Must be called with the thread's lock. */
export const restore = async ({ rows }: Session, { threadKey, runId }: RunKey): Promise<void> => {
  const stand = await rows(sql`
    update runs set superseded_by = null where thread_key = ${threadKey} and superseded_by = ${runId} returning 1`);
  if (stand.length === 0) return;
  await rows(sql`
    with moved as (
      delete from superseded_messages as message
      where thread_key = ${threadKey} and exists (
        select from runs
        where runs.thread_key = message.thread_key and runs.run_id = message.run_id and runs.superseded_by is null)
      returning ${messageColumns}
    )
    insert into messages (${messageColumns}) select ${messageColumns} from moved`);
};
