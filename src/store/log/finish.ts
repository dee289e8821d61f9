import { type SQL, sql } from "drizzle-orm";
import { storable } from "../../domain/text.ts";
import {
  anyTexts,
  array,
  checkpointColumns,
  eventColumns,
  FEW,
  hasRounds,
  insertCheckpoints,
  insertEvents,
  insertRounds,
  plain,
  RECORD_SEPARATOR,
  roundColumns,
  separated,
} from "../columns.ts";
import { type Database, type Session, statement } from "../database.ts";
import { follows, IS_RUNNING } from "./append-events.ts";
import { CallGroup } from "./call-group.ts";
import type { Fence, RunStore } from "./contract.ts";
import type { RunEnd } from "./contract-run-end.ts";

interface Finish {
  readonly fence: Fence;
  readonly end: RunEnd;
}

type Finished = Awaited<ReturnType<RunStore["finish"]>>;

/** Sometimes megabytes: joined at the end, so that no step above copies them. */
const messageRows = sql`
  rows from (
    ${anyTexts("messages")}, ${anyTexts("contents")}, ${separated("details")}
  ) with ordinality as answer (id, content, detail, place)`;

/**
 * Ends many runs. A thread is locked before its run, as everywhere, so that no two calls deadlock. `unless` says what
 * happens to runs whose row is locked, `besides` what else is written. Returns a row for each run that could be ended,
 * whether its last events follow its log, and whether other runs of its thread wait.
 */
const finishing = (unless: SQL, besides = sql``) =>
  statement<{ place: number; follows: boolean; frees: boolean }>(sql`
  with requested as (
    select * from rows from (
      ${separated("keys")}, ${separated("runs")}, ${plain("epochs", "int")}, ${plain("statuses", "text")}, ${plain("times", "bigint")},
      ${plain("inputs", "int")}, ${plain("outputs", "int")}, ${anyTexts("codes")}, ${anyTexts("errors")}, ${plain("lasts", "int")}, ${plain("lastTimes", "bigint")},
      ${plain("afters", "int")}
    ) with ordinality as request (thread_key, run_id, epoch, status, now, input_tokens, output_tokens, error_code, error_message,
      last_seq, last_at, after, place)
    where ${FEW}
  ), thread as (
    select requested.*, thread.queued > 0 as frees from requested cross join lateral (
      select queued from threads where threads.thread_key = requested.thread_key for update of threads ${unless}
    ) as thread
  ), holding as (
    select thread.*, run.follows from thread cross join lateral (
      select ${follows(sql`thread.after`)} as follows from runs
      where runs.thread_key = thread.thread_key and runs.run_id = thread.run_id
        and runs.epoch = thread.epoch and ${IS_RUNNING}
      for update of runs ${unless}
    ) as run
  ), held as (select * from holding where follows), ended as (
    update runs set status = held.status, ended_at = held.now, input_tokens = held.input_tokens,
      output_tokens = held.output_tokens, error_code = held.error_code, error_message = held.error_message
    from held where runs.thread_key = held.thread_key and runs.run_id = held.run_id
  ), idle_thread as (
    update threads set running = false, last_seq = greatest(threads.last_seq, held.last_seq), last_at = greatest(threads.last_at, held.last_at),
      updated_at = greatest(threads.updated_at, held.now)
    from held where threads.thread_key = held.thread_key
  ), message as (
    insert into messages (thread_key, seq, role, id, run_id, content, created_at, detail)
    select held.thread_key, held.last_seq, 'assistant'::message_role, answer.id, held.run_id, answer.content, held.now,
      nullif(answer.detail, 'null')::json
    from ${messageRows} join held on held.place = answer.place where answer.id is not null
  ), written as (${insertEvents}), points as (${insertCheckpoints})${besides}
  select place::int, follows, frees from holding`);

const answers = sql`, answers as (${insertRounds})`;
const together = [finishing(sql`skip locked`), finishing(sql`skip locked`, answers)] as const;
const alone = [finishing(sql``), finishing(sql``, answers)] as const;

export const finishQuery = (database: Database): RunStore["finish"] => {
  const group = new CallGroup<Finish, Finished>(database, {
    name: "runs.finish",
    keyOf: ({ fence }) => fence.threadKey,
    charsOf: ({ end }) =>
      (end.message?.content.length ?? 0) +
      (end.message?.detail?.length ?? 0) +
      end.events.reduce((sum, { json }) => sum + json.length, 0) +
      (end.rounds ?? []).reduce((sum, { data }) => sum + data.length, 0),
    isPatient: () => false,
    together: (ends) => database.call("runs.finish", (session) => outcomes(session, together, ends), { lane: "runs" }),
    alone: (end) =>
      database.call("runs.finish", async (session) => (await outcomes(session, alone, [end]))[0] ?? "stale"),
  });
  return (fence, end) => group.make({ fence, end });
};

const outcomes = async (
  session: Session,
  [withoutRounds, withRounds]: typeof alone,
  finishes: readonly Finish[],
): Promise<readonly (Finished | null)[]> => {
  const written = finishes.map(({ end }) => end);
  const rows = hasRounds(written)
    ? await withRounds(session, { ...columnsOf(finishes), ...roundColumns(written) })
    : await withoutRounds(session, columnsOf(finishes));
  const found = new Map(rows.map((row) => [row.place, row]));
  return finishes.map((_, at) => {
    const row = found.get(at + 1);
    if (row === undefined) return null;
    return !row.follows ? "gap" : row.frees ? "freed" : "ended";
  });
};

const columnsOf = (finishes: readonly Finish[]) => {
  const ends = finishes.map(({ end }) => end);
  return {
    keys: finishes.map(({ fence }) => fence.threadKey).join(RECORD_SEPARATOR),
    runs: finishes.map(({ fence }) => fence.runId).join(RECORD_SEPARATOR),
    epochs: array(finishes.map(({ fence }) => fence.epoch)),
    statuses: array(ends.map(({ status }) => status)),
    times: array(ends.map(({ now }) => now)),
    inputs: array(ends.map(({ usage }) => usage.inputTokens)),
    outputs: array(ends.map(({ usage }) => usage.outputTokens)),
    codes: JSON.stringify(ends.map(({ error }) => error?.code ?? null)),
    errors: JSON.stringify(ends.map(({ error }) => error && storable(error.message))),
    lasts: array(ends.map(({ events }) => events.at(-1)?.seq ?? 0)),
    lastTimes: array(ends.map(({ events }) => events.at(-1)?.at ?? 0)),
    afters: array(ends.map(({ events }) => (events[0]?.seq ?? 1) - 1)),
    messages: JSON.stringify(ends.map(({ message }) => message?.id ?? null)),
    contents: JSON.stringify(ends.map(({ message }) => message && storable(message.content))),
    details: ends.map(({ message }) => message?.detail ?? "null").join(RECORD_SEPARATOR),
    ...eventColumns(ends),
    ...checkpointColumns(ends),
  };
};
