import { type SQL, sql } from "drizzle-orm";
import type { AnswerDetail } from "../../domain/answer.ts";
import type { EndedTurn } from "../../domain/turn.ts";
import { texts } from "../columns.ts";
import type { Database } from "../database.ts";
import type { ThreadStore } from "./contract-threads.ts";

/** How many of the user's last messages include their images: each may hold a megabyte of them. */
const WITH_IMAGES = 8;
/**
 * The most that is read of what the answers have besides text, in bytes of JSON: parsing it takes 20 ms. The last turn
 * may have more, up to the second bound; beyond it, its text is all that is left of it.
 */
const MAX_DETAIL = 2 * 1024 * 1024;
const MAX_LAST_DETAIL = 2 * MAX_DETAIL;

/**
 * Walks back from the newest turn, two index lookups each, and stops at the first that does not fit. Only then is
 * anything read besides lengths.
 */
export const recentTurnsQuery = (database: Database): Pick<ThreadStore, "recentTurns"> => ({
  recentTurns: (threadKey, beforeSeq, { maxChars, model }) =>
    database.call("threads.recentTurns", async ({ rows }) => {
      const ofModel = sql`data is not null and model in (select ${texts(model.split(","))})`;
      const fits = sql`older.chars <= ${maxChars}::bigint and (older.bytes <= ${MAX_DETAIL}::bigint or older.place = 1)`;
      const first = older({ threadKey: sql`${threadKey}::text`, before: sql`${beforeSeq}::int`, ofModel });
      const next = older({
        ...{ threadKey: sql`recent.thread_key`, before: sql`recent.seq`, ofModel },
        ...{ place: sql`recent.place`, chars: sql`recent.chars`, bytes: sql`recent.bytes` },
      });
      const newestFirst = await rows<Row>(sql`
        with recursive recent as (
          (select older.* from (${first}) as older where ${fits})
          union all
          select older.* from recent cross join lateral (${next}) as older where ${fits}
        )
        select question.content as question, coalesce(answer.content, '') as content,
          case when octet_length(answer.detail::text) <= ${MAX_LAST_DETAIL}::int then answer.detail::text end as detail,
          case when recent.place <= ${WITH_IMAGES}::int then (
            select input -> 'images' from runs
            where runs.thread_key = recent.thread_key and runs.run_id = question.run_id
          ) end as images,
          (
            select json_agg(json_build_object('calls', calls, 'model', model, 'data', data) order by number) from rounds
            where rounds.thread_key = recent.thread_key and rounds.run_id = question.run_id and ${ofModel}
          ) as states
        from recent
        join messages as question
          on question.thread_key = recent.thread_key and question.seq = recent.seq and question.role = 'user'
        left join messages as answer
          on answer.thread_key = recent.thread_key and answer.seq = recent.answer_seq and answer.role = 'assistant'
        order by recent.place desc`);
      return newestFirst.map(turnOf);
    }),
});

interface Row extends Pick<EndedTurn, "question" | "content"> {
  readonly images: string | null;
  readonly detail: string | null;
  readonly states: string | null;
}

const turnOf = ({ question, content, images, detail, states }: Row): EndedTurn => ({
  question,
  content,
  images: parsed<EndedTurn["images"]>(images) ?? [],
  parts: (parsed<AnswerDetail>(detail)?.parts ?? []).filter(
    (part) => part.type === "text" || part.type === "tool_call",
  ),
  rounds: parsed<EndedTurn["rounds"]>(states) ?? [],
});

const parsed = <T>(json: string | null): T | null => JSON.parse(json ?? "null") as T | null;

interface Newer {
  readonly threadKey: SQL;
  readonly before: SQL;
  readonly ofModel: SQL;
  /** Of the turn after it, and 0 for the newest: its place, and the sums up to it. */
  readonly place?: SQL;
  readonly chars?: SQL;
  readonly bytes?: SQL;
}

/** The newest turn before a seq, with the running sums of its characters and of the bytes besides. */
const older = ({ threadKey, before, ofModel, place = sql`0`, chars = sql`0`, bytes = sql`0` }: Newer): SQL => sql`
  select ${threadKey} as thread_key, question.seq, answer.seq as answer_seq, ${place} + 1 as place,
    ${chars} + length(question.content)::bigint + coalesce(length(answer.content), 0) as chars,
    ${bytes} + coalesce(octet_length(answer.detail::text), 0)::bigint + coalesce((
      select sum(octet_length(data::text)) from rounds
      where rounds.thread_key = ${threadKey} and rounds.run_id = question.run_id and ${ofModel}
    ), 0)::bigint as bytes
  from (
    select seq, run_id, content from messages
    where thread_key = ${threadKey} and role = 'user' and seq < ${before} order by seq desc limit 1
  ) as question
  left join lateral (
    select seq, content, detail from messages
    where thread_key = ${threadKey} and role = 'assistant' and seq >= question.seq and seq < ${before}
    order by seq desc limit 1
  ) as answer on true`;
