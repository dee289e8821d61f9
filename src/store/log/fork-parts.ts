import { type SQL, sql } from "drizzle-orm";
import type { LogEvent } from "../../domain/event.ts";
import type { ThreadKey } from "../../domain/thread.ts";
import { texts } from "../columns.ts";
import type { Session } from "../database.ts";
import type { Fork } from "./contract-threads.ts";
import { eventsOf, FOLDED, type Piece, piecesBetween } from "./pieces.ts";
import { events } from "./schema.ts";
import type { SeqRange } from "./seq-ranges.ts";
import { messageColumns } from "./supersede.ts";
import { unjoined } from "./unfold.ts";

/** How much one statement copies at most: some 30 ms in the embedded database, on the event loop. */
const ROWS = 500;
const BYTES = 8 * 1024 * 1024;

/** The first rows, as long as the bytes of those before them leave room. `few`: rows with `place` and `bytes`. */
const bounded = (few: SQL): SQL => sql`
  select * from (
    select *, sum(bytes) over (order by place rows unbounded preceding) - bytes as bytes_before from (${few}) as few
  ) as sized where bytes_before < ${sql.raw(String(BYTES))}`;

/** A run that is cut gets another id in the new thread. */
const newRunId = ({ partial }: Fork, runId = sql`run_id`): SQL =>
  partial === null ? runId : sql`case when ${runId} = ${partial.runId} then ${partial.newRunId} else ${runId} end`;

/**
 * The run that took the place of a run, in a query over `runs`; null where that came after `through`: in the new thread
 * it never was.
 */
const supersededBy = (fork: Fork): SQL => sql`(
  select ${newRunId(fork, sql`anew.run_id`)} from runs as anew
  where anew.thread_key = runs.thread_key and anew.run_id = runs.superseded_by and anew.start_seq < ${fork.through}::int)`;

/** Copies runs whose ids follow `after`. Returns the last id, or null when there are no more. */
export const copyRuns = async ({ rows }: Session, fork: Fork, after: string): Promise<string | null> => {
  const { from, to, through, partial } = fork;
  const [copied] = await rows<{ last: string | null }>(sql`
    with few as (${bounded(sql`
      select run_id, row_number() over (order by run_id) as place, pg_column_size(input) as bytes from runs
      where thread_key = ${from} and run_id > ${after} order by run_id limit ${sql.raw(String(ROWS))}`)}),
    copied as (
      insert into runs (thread_key, run_id, agent, status, turn, epoch, attempt, owner, start_seq, input,
        trace_id, input_tokens, output_tokens, error_code, error_message, created_at, ended_at, superseded_by)
      select ${to}::text, runs.run_id, agent, status, turn, 0, 0, '', start_seq, input,
        trace_id, input_tokens, output_tokens, error_code, error_message, created_at, ended_at, ${supersededBy(fork)}
      from few join runs on runs.thread_key = ${from} and runs.run_id = few.run_id
      where start_seq < ${through}::int and runs.run_id is distinct from ${partial?.runId ?? null}::text
    )
    select max(run_id) as last from few`);
  return copied?.last ?? null;
};

interface RoundKey {
  readonly runId: string;
  readonly number: number;
}

/** Copies rounds that follow `after`. Returns the last one's key, or null when there are no more. */
export const copyRounds = async ({ rows }: Session, fork: Fork, after: RoundKey): Promise<RoundKey | null> => {
  const { from, to, through } = fork;
  const [last] = await rows<RoundKey>(sql`
    with few as (${bounded(sql`
      select run_id, number, row_number() over (order by run_id, number) as place, coalesce(pg_column_size(data), 0) as bytes from rounds
      where thread_key = ${from} and (run_id, number) > (${after.runId}, ${after.number}::int)
      order by run_id, number limit ${sql.raw(String(ROWS))}`)}),
    copied as (
      insert into rounds (thread_key, run_id, number, seq, model, calls, data, at)
      select ${to}::text, ${newRunId(fork, sql`rounds.run_id`)}, rounds.number, seq, model, calls, data, at
      from few join rounds on rounds.thread_key = ${from} and rounds.run_id = few.run_id and rounds.number = few.number
      where seq <= ${through}::int
    )
    select run_id as "runId", number from few order by place desc limit 1`);
  return last ?? null;
};

/** A record of an `image_result` in a folded run, see `fold.ts`. */
const IMAGE_OF_FOLD = "(?:^|\\u001e)[0-9a-z,-]+~image_result~([^\\u001e]*)";

/** The pieces of a part that are not copied as they are, and folded runs. */
type Cut = Piece & { readonly isCopied: boolean };

/**
 * Copies what a part of the log has: its events, the messages and checkpoints there. One statement reads it, because
 * packing may go on meanwhile. Of a stretch that lies only partly in it, and of the one that ends the copy, those events
 * are copied by themselves. A folded run is copied with the part where it begins. `folded` holds where those begin that
 * earlier parts have met. Returns the ids of its images; null when a run has been folded of which earlier parts were
 * copied unfolded: they do not fit together.
 */
export const copyPart = async (
  { db, rows }: Session,
  fork: Fork,
  { after, through }: SeqRange,
  folded: Set<number>,
): Promise<readonly string[] | null> => {
  const { from, to, checkpoint } = fork;
  const runId = newRunId(fork);
  const isFolded = sql`type = ${FOLDED}`;
  const isWhole = sql`first_seq > ${after}::int and seq <= case when ${isFolded} then ${fork.through}::int
    else least(${through}::int, ${fork.through}::int - 1) end`;
  const isCopied = sql`(packed is not null and ${isFolded} and seq <= ${fork.through}::int)`;
  const isHere = sql`seq > ${after}::int and seq <= ${through}::int`;
  const isSuperseded = sql`exists (
    select from runs where runs.thread_key = ${from} and runs.run_id = message.run_id and ${supersededBy(fork)} is not null)`;
  const pieces = await rows<Cut>(sql`
    with part as (
      select * from (${piecesBetween(sql`${from}::text`, sql`${after + 1}::int`, sql`${through}::int`, null)}) as piece
    ), copied as (
      insert into events (thread_key, seq, at, run_id, type, payload)
      select ${to}::text, seq, at, ${runId}, type, payload from part where packed is null
    ), copied_stretches as (
      insert into stretches (thread_key, first_seq, last_seq, run_id, type, packed)
      select ${to}::text, first_seq, seq, ${runId}, type, packed from part where packed is not null and ${isWhole}
    ), message as (
      select ${messageColumns} from messages where thread_key = ${from} and ${isHere}
      union all
      select ${messageColumns} from superseded_messages where thread_key = ${from} and ${isHere}
    ), copied_messages as (
      insert into messages (${messageColumns})
      select ${to}::text, seq, role, id, ${runId}, content, created_at, detail from message where not ${isSuperseded}
    ), copied_superseded as (
      insert into superseded_messages (${messageColumns})
      select ${to}::text, seq, role, id, ${runId}, content, created_at, detail from message where ${isSuperseded}
    ), copied_checkpoints as (
      insert into checkpoints (thread_key, seq, checkpoint_id, run_id, node, change, at)
      select ${to}::text, seq, checkpoint_id, ${runId}, node, change, at
      from checkpoints where thread_key = ${from} and ${isHere}
        and (seq, checkpoint_id) <= (${checkpoint.seq}::int, ${checkpoint.checkpointId}::text)
    )
    select ${runId} as "runId", first_seq as "firstSeq", seq, type, at, packed, ${isCopied} as "isCopied",
      case when not ${isCopied} then payload end as json
    from part where packed is not null and (${isFolded} or not (${isWhole}))`);
  for (const { firstSeq } of pieces.filter(({ type }) => type === FOLDED)) {
    if (firstSeq <= after && !folded.has(firstSeq)) return null;
    folded.add(firstSeq);
  }
  const cut = pieces
    .filter((piece) => !piece.isCopied)
    .flatMap((piece) => unjoined(eventsOf(piece), { after, through }));
  for (let at = 0; at < cut.length; at += ROWS) {
    await db.insert(events).values(cut.slice(at, at + ROWS).map((event) => rowOf(to, event)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const images = await rows<{ imageId: string }>(sql`
    select payload ->> 'image_id' as "imageId" from events
    where thread_key = ${to} and ${isHere} and type = 'image_result'
    union all
    select substring(packed from '{.*')::json ->> 'image_id' from stretches
    where thread_key = ${to} and first_seq > ${after}::int and first_seq <= ${through}::int and type = 'image_result'
    union all
    select picture[1]::json ->> 'image_id' from stretches, regexp_matches(packed, ${IMAGE_OF_FOLD}, 'g') as picture
    where thread_key = ${to} and first_seq > ${after}::int and first_seq <= ${through}::int and ${isFolded}`);
  return images.map(({ imageId }) => imageId);
};

export const copyImages = async ({ rows }: Session, { from, to }: Fork, imageIds: readonly string[]): Promise<void> => {
  await rows(sql`
    insert into images (thread_key, image_id, media_type, width, height, bytes, created_at)
    select ${to}::text, image_id, media_type, width, height, bytes, created_at
    from images where thread_key = ${from} and image_id in (select ${texts(imageIds)})
    on conflict do nothing`);
};

export const rowOf = (threadKey: ThreadKey, { seq, at, runId, type, json }: LogEvent) => ({
  ...{ threadKey, seq, at, runId, type },
  payload: json,
});
