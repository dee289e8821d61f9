import { sql } from "drizzle-orm";
import type { Database, Session } from "../database.ts";
import type { RunStore } from "./contract.ts";
import { restore } from "./supersede.ts";

type Withdrawn = Parameters<RunStore["withdraw"]>[0];

export const withdrawQuery =
  (database: Database): RunStore["withdraw"] =>
  (run) =>
    database.call("runs.withdraw", ({ transaction }) => transaction((inner) => withdraw(inner, run)));

/** Takes the thread's lock first, as everywhere. A thread that was made for this run alone is deleted with it. */
const withdraw = async (
  session: Session,
  { threadKey, runId, owner, earlyEvents = 0 }: Withdrawn,
): ReturnType<RunStore["withdraw"]> => {
  const { rows } = session;
  await rows(sql`select 1 from threads where thread_key = ${threadKey} for update`);
  const gone = await rows(sql`
    with gone as (
      delete from runs where thread_key = ${threadKey} and run_id = ${runId} and owner = ${owner}
        and status in ('queued', 'running') and attempt <= 1 and not joined and not exists (
          select from events
          where events.thread_key = runs.thread_key and events.seq > runs.start_seq + ${earlyEvents}::int
            and events.run_id = runs.run_id)
      returning status, start_seq
    ), written as (
      delete from events using gone
      where events.thread_key = ${threadKey} and events.seq > gone.start_seq and events.run_id = ${runId}
    ), points as (
      delete from checkpoints using gone
      where checkpoints.thread_key = ${threadKey} and checkpoints.seq >= gone.start_seq and checkpoints.run_id = ${runId}
    ), message as (
      delete from messages where thread_key = ${threadKey} and run_id = ${runId} and exists (select from gone)
    )
    update threads set running = running and gone.status <> 'running', queued = queued - (gone.status = 'queued')::int,
      is_deleted = is_deleted or not exists (select from runs where thread_key = ${threadKey} and run_id <> ${runId})
    from gone where thread_key = ${threadKey}
    returning 1`);
  if (gone.length === 0) {
    const stays = await rows(sql`
      select 1 from runs where thread_key = ${threadKey} and run_id = ${runId} and owner = ${owner} and joined`);
    return stays.length > 0 ? "joined" : "absent";
  }
  await restore(session, { threadKey, runId });
  await rows(sql`
    delete from threads where thread_key = ${threadKey} and is_deleted and last_seq = 0
      and not exists (select from runs where thread_key = ${threadKey})`);
  return "withdrawn";
};
