import { sql } from "drizzle-orm";
import { rarityOf } from "../../domain/relevance.ts";
import type { Term } from "../../domain/terms.ts";
import { type Session, statement } from "../database.ts";
import { HIT_WEIGHTS, lookupsFor, markOf, tsqueryOf } from "./lexemes.ts";

/** When more chunks than this have a lexeme, any so many represent all: such a lexeme hardly distinguishes chunks. */
const MAX_CHUNKS_A_LEXEME = 300;
/** How many of the chunks that hold the rarest lexemes are ranked by where, and how often, they hold them. */
const RANKED = 100;

export interface WordHits {
  /** The best first. */
  readonly chunks: readonly { readonly documentId: string; readonly ordinal: number }[];
  /** How rare a lexeme of the query is among the chunks that were searched. */
  readonly rarity: (lexeme: string) => number;
}

/**
 * Returns the chunks that have the query's words. The cost is bounded, whatever the words are. Each lexeme is looked up
 * in the index by itself, together with the user's mark, which yields both chunks and the lexeme's rarity. These choose
 * the chunks whose lexemes are then read. (Ranking all that hold any of the words took the embedded database 100 to 250
 * ms among 10,000.)
 */
export const byWords = async (
  session: Session,
  userId: string,
  collection: string | null,
  terms: readonly Term[],
  limit: number,
): Promise<WordHits> => {
  const lookups = lookupsFor(terms);
  const mark = markOf(userId, collection);
  const found = await ranking(session, {
    userId,
    collection,
    marked: JSON.stringify(lookups.map(({ lexemes }) => tsqueryOf(mark, ...lexemes))),
    words: JSON.stringify(lookups.map(({ lexemes }) => tsqueryOf(...lexemes))),
    weights: `{${lookups.map(({ weight }) => weight).join(",")}}`,
    limit,
  });
  const total = found[0]?.total ?? 0;
  const frequency = new Map(
    found.flatMap(({ place, frequency }) => {
      const { lexemes = [] } = place === null ? {} : (lookups[place - 1] ?? {});
      return lexemes.length === 1 ? [[lexemes[0], frequency] as const] : [];
    }),
  );
  return {
    chunks: found.flatMap(({ documentId, ordinal }) => (documentId === null ? [] : [{ documentId, ordinal }])),
    rarity: (lexeme) => rarityOf(frequency.get(lexeme) ?? 0, total),
  };
};

/** A chunk, or how many chunks hold the lexeme at a place (from 1). */
type Row = { readonly total: number } & (
  | { readonly documentId: string; readonly ordinal: number; readonly place: null; readonly frequency: null }
  | { readonly documentId: null; readonly ordinal: null; readonly place: number; readonly frequency: number }
);

/**
 * `limit` in the lookup is also a fence. The planner, which has no statistics on the embedded database, must not read
 * all of a user's chunks by their key instead of the few that have the word. When the limit cuts a lookup off, the
 * count is estimated half-way (by orders of magnitude) between that bound and all.
 */
const ranking = statement<Row>(sql`
  with requested as materialized (
    select place, marked::tsquery as marked, word::tsquery as word, weight
    from rows from (
      json_array_elements_text(${sql.placeholder("marked")}::json),
      json_array_elements_text(${sql.placeholder("words")}::json),
      unnest(${sql.placeholder("weights")}::text::float8[])
    ) with ordinality as a (marked, word, weight, place)
  ),
  size as materialized (
    select coalesce(sum(chunks), 0)::float8 as total from documents
    where user_id = ${sql.placeholder("userId")} and is_ready
      and (${sql.placeholder("collection")}::text is null or collection = ${sql.placeholder("collection")}::text)
  ),
  found as materialized (
    select requested.place, hit.document_id, hit.ordinal
    from requested cross join lateral (
      select user_id, document_id, ordinal from chunks where tokens @@ requested.marked limit ${sql.raw(String(MAX_CHUNKS_A_LEXEME))}
    ) as hit
    where hit.user_id = ${sql.placeholder("userId")}
      and hit.document_id not in (
        select document_id from documents where user_id = ${sql.placeholder("userId")} and not is_ready
      )
  ),
  counted as materialized (
    select place, weight, case when count(*) < ${sql.raw(String(MAX_CHUNKS_A_LEXEME))} then count(*) else
      sqrt(${sql.raw(String(MAX_CHUNKS_A_LEXEME))} * greatest((select total from size), ${sql.raw(String(MAX_CHUNKS_A_LEXEME))})) end as frequency
    from found join requested using (place) group by place, weight
  ),
  worth as materialized (
    select place, weight * ln(1 + (greatest((select total from size) - frequency, 0) + 0.5) / (frequency + 0.5)) as worth
    from counted
  ),
  best as materialized (
    select document_id, ordinal from found join worth using (place)
    group by document_id, ordinal order by sum(worth) desc limit ${sql.raw(String(RANKED))}
  ),
  ranked as (
    select best.document_id, best.ordinal, sum(worth * ts_rank(${sql.raw(`'${HIT_WEIGHTS}'`)}, chunk.tokens, word)) as score
    from best
      cross join lateral (
        select tokens || '' as tokens from chunks
        where user_id = ${sql.placeholder("userId")} and document_id = best.document_id and ordinal = best.ordinal
        offset 0
      ) as chunk
      join (requested join worth using (place)) on chunk.tokens @@ word
    group by best.document_id, best.ordinal
    order by score desc, document_id, ordinal limit ${sql.placeholder("limit")}::int
  )
  select total, document_id as "documentId", ordinal, null as place, null as frequency, score from size cross join ranked
  union all
  select total, null, null, place, frequency, null from size cross join counted
  order by score desc nulls last, "documentId", ordinal`);
