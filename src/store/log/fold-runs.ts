import { sql } from "drizzle-orm";
import type { AnswerDetail } from "../../domain/answer.ts";
import { isTerminal } from "../../domain/event.ts";
import { databaseNow } from "../clock.ts";
import { type CallOptions, type Database, type Session, statement } from "../database.ts";
import type { FoldStore, RunKey } from "./contract-packing.ts";
import { readEvents } from "./events.ts";
import { Fold } from "./fold.ts";
import { mayPack } from "./may-pack.ts";
import { forEachPart } from "./seq-ranges.ts";

/** Runs that one statement looks at, and how many of them it returns at most: 10 ms in the embedded database. */
const RUNS_A_LOOK = 1_000;
const RUNS_A_BATCH = 16;
/** Events that are read at once. */
const PAGE = 2_000;
/**
 * A run whose fold and message together are longer keeps its events: whoever reads one of them reads all of it. In
 * UTF-16 units.
 */
const MAX_CHARS = 2 * 1024 * 1024;

const BULK: CallOptions = { lane: "bulk" };

export const foldQueries = (database: Database, removed: (events: number) => Promise<void>): FoldStore => ({
  foldable: (forMs, after) =>
    database.call(
      "packing.foldable",
      async (session) => {
        const { threadKey = "", runId = "" } = after ?? {};
        const rows = await look(session, { forMs, threadKey, runId });
        const runs = rows.filter(({ isDue }) => isDue).map(keyOf);
        const last = rows.find(({ isDue, count }) => !isDue && count === RUNS_A_LOOK);
        if (runs.length === RUNS_A_BATCH) return { runs, next: runs.at(-1) ?? null };
        return { runs, next: last === undefined ? null : keyOf(last) };
      },
      BULK,
    ),

  fold: async (run, forMs) => {
    const made = await foldOf(database, run, forMs);
    if (made === null) return 0;
    const events = await database.call(
      "packing.fold",
      ({ transaction }) => transaction((session) => replace(session, { run, forMs, ...made })),
      BULK,
    );
    if (events !== null && events > 0) await removed(events);
    return events;
  },
});

const keyOf = ({ threadKey, runId }: RunKey): RunKey => ({ threadKey, runId });

const [forMs, threadKey, runId] = [
  sql`${sql.placeholder("forMs")}::bigint`,
  sql`${sql.placeholder("threadKey")}::text`,
  sql`${sql.placeholder("runId")}::text`,
];

/** In a query over rows of `runs` under the name `run`. A run is packed within seconds of its end. */
const isOld = sql`coalesce(run.status in ('succeeded', 'failed', 'cancelled') and run.packed_at < ${databaseNow} - ${forMs}, false)`;
const isFolded = sql`exists (
  select from stretches
  where stretches.thread_key = run.thread_key and stretches.first_seq = run.start_seq + 1 and stretches.type = 'folded')`;
/** The first answer after a run's beginning is the run's, or that of a later one where it has none. */
const hasAnswerIn = (table: string) => sql`exists (
  select from (
    select answer.run_id from ${sql.raw(table)} as answer
    where answer.thread_key = run.thread_key and answer.seq > run.start_seq and answer.role = 'assistant'
    order by answer.seq limit 1
  ) as first where first.run_id = run.run_id)`;

/** Those that are due, and the last one that was looked at. Most runs are decided by their row alone. */
const look = statement<RunKey & { readonly isDue: boolean; readonly count: number }>(sql`
  with few as materialized (
    select thread_key, run_id, status, packed_at, start_seq from runs
    where (thread_key, run_id) > (${threadKey}, ${runId})
    order by thread_key, run_id limit ${sql.raw(String(RUNS_A_LOOK))}
  ), due as (
    select thread_key, run_id from few as run
    where case when not ${isOld} then false when ${isFolded} then false
      else ${hasAnswerIn("messages")} or ${hasAnswerIn("superseded_messages")} end
    order by thread_key, run_id limit ${sql.raw(String(RUNS_A_BATCH))}
  ), last as (select thread_key, run_id from few order by thread_key desc, run_id desc limit 1)
  select thread_key as "threadKey", run_id as "runId", true as "isDue", 0 as count from due
  union all
  select thread_key, run_id, false, (select count(*) from few)::int from last
  order by "isDue" desc, "threadKey", "runId"`);

interface Answered {
  readonly after: number;
  readonly seq: number;
  readonly content: string;
  readonly detail: string | null;
}

const answerIn = (table: string) => sql`
  select run.start_seq as after, first.seq, first.content, first.detail::text as detail
  from runs as run cross join lateral (
    select answer.run_id, answer.seq, answer.content, answer.detail from ${sql.raw(table)} as answer
    where answer.thread_key = run.thread_key and answer.seq > run.start_seq and answer.role = 'assistant'
    order by answer.seq limit 1
  ) as first
  where run.thread_key = ${threadKey} and run.run_id = ${runId} and first.run_id = run.run_id
    and ${isOld} and not ${isFolded}`;

const readAnswer = statement<Answered>(sql`${answerIn("messages")} union all ${answerIn("superseded_messages")}`);

const readCuts = statement<{ seq: number }>(sql`
  select seq from checkpoints
  where thread_key = ${threadKey} and seq > ${sql.placeholder("after")}::int and seq <= ${sql.placeholder("last")}::int
  union all
  select seq from rounds where thread_key = ${threadKey} and run_id = ${runId}`);

interface Made {
  readonly after: number;
  readonly last: number;
  readonly packed: string;
}

/** Reads a run, whose events do not change any more, and folds it. Null when it keeps its events. */
const foldOf = async (database: Database, run: RunKey, forMs: number): Promise<Made | null> => {
  const call = <T>(work: (session: Session) => Promise<T>) => database.call("packing.fold", work, BULK);
  const [answer] = await call((session) => readAnswer(session, { ...run, forMs }));
  if (answer === undefined) return null;
  const { after, seq: last, content } = answer;
  const chars = content.length + (answer.detail?.length ?? 0);
  if (chars > MAX_CHARS) return null;
  const detail = answer.detail === null ? null : (JSON.parse(answer.detail) as AnswerDetail);
  const cuts = new Set((await call((session) => readCuts(session, { ...run, after, last }))).map(({ seq }) => seq));
  const fold = new Fold({ content, detail }, cuts, after);
  let seq = after;
  while (seq < last) {
    const from = seq;
    const page = await call((session) => readEvents(session, run.threadKey, from, PAGE));
    for (const event of page.slice(0, last - from)) {
      const isNext = event.seq === seq + 1 && event.runId === run.runId && event.folded === undefined;
      if (!isNext || isTerminal(event.type) !== (event.seq === last)) return null;
      fold.add(event);
      seq = event.seq;
    }
    if (seq === from || chars + fold.length > MAX_CHARS) return null;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { after, last, packed: fold.text };
};

/** The lock on the run's row makes the deletion of its thread wait until the fold is there to delete. */
const lock = statement(sql`
  select 1 from runs as run where run.thread_key = ${threadKey} and run.run_id = ${runId} and ${isOld} and not ${isFolded}
  for update of run skip locked`);

const remove = statement<{ events: number }>(sql`
  with gone as (
    delete from events where thread_key = ${threadKey} and run_id = ${runId}
      and seq > ${sql.placeholder("after")}::int and seq <= ${sql.placeholder("through")}::int
    returning 1
  ), gone_stretches as (
    delete from stretches where thread_key = ${threadKey} and run_id = ${runId}
      and first_seq > ${sql.placeholder("after")}::int and first_seq <= ${sql.placeholder("through")}::int
    returning last_seq - first_seq + 1 as events
  )
  select ((select count(*) from gone) + (select coalesce(sum(events), 0) from gone_stretches))::int as events`);

const insert = statement(sql`
  insert into stretches (thread_key, first_seq, last_seq, run_id, type, packed)
  values (${threadKey}, ${sql.placeholder("after")}::int + 1, ${sql.placeholder("last")}::int, ${runId}, 'folded',
    ${sql.placeholder("packed")}::text)`);

/** Puts the fold in the place of the events. Returns how many those were; null when it must not, 0 when it need not. */
const replace = async (
  session: Session,
  { run, forMs, after, last, packed }: Made & { readonly run: RunKey; readonly forMs: number },
): Promise<number | null> => {
  const [may] = await mayPack(session, {});
  if (may?.isLocked !== true || !may.isKnown) return null;
  if ((await lock(session, { ...run, forMs })).length === 0) return 0;
  let events = 0;
  await forEachPart({ after, through: last }, async (part) => {
    const [gone] = await remove(session, { ...run, ...part });
    events += gone?.events ?? 0;
  });
  // Thrown in the transaction, so nothing of it stays.
  if (events !== last - after) throw new Error(`${last - after} events were folded, and ${events} of them removed`);
  await insert(session, { ...run, after, last, packed });
  return events;
};
