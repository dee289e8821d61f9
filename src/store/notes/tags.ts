import { sql } from "drizzle-orm";
import { storable } from "../../domain/text.ts";
import { type Tag, tagKey } from "../../domain/til.ts";
import type { Session } from "../database.ts";
import type { NewTil } from "./contract.ts";

/** A requested tag, ready for the table. */
interface RequestedTag {
  readonly tagId: string;
  readonly newId: string;
  readonly name: string;
  readonly slug: string;
  readonly key: string;
}

/**
 * Returns the tags of a new TIL, each once and in order; creates those that its user does not have. The caller holds
 * the user's lock.
 */
export const tagsFor = async (session: Session, { userId, tags, now }: NewTil): Promise<readonly Tag[]> => {
  if (tags.length === 0) return [];
  const requested = tags.map(({ tagId, newId, ...tag }): RequestedTag => {
    const name = storable(tag.name);
    return { tagId: tagId ?? "", newId, name, slug: storable(tag.slug), key: tagKey(name) };
  });
  const known = await find(session, userId, requested);
  const missing = requested.filter((tag) => matching(tag, known) === undefined);
  if (missing.length > 0) await insert(session, userId, missing, now);
  const all = missing.length > 0 ? await find(session, userId, requested) : known;
  const found = new Map<string, Tag>();
  for (const tag of requested) {
    const { tagId, name, slug } = matching(tag, all) ?? tag;
    found.set(tagId, { tagId, name, slug });
  }
  return [...found.values()];
};

interface Row extends Tag {
  readonly key: string;
}

const matching = (requested: RequestedTag, known: readonly Row[]): Row | undefined =>
  known.find(({ tagId }) => tagId === requested.tagId) ?? known.find(({ key }) => key === requested.key);

const find = ({ rows }: Session, userId: string, requested: readonly RequestedTag[]): Promise<readonly Row[]> =>
  rows<Row>(sql`
    with requested as (select * from ${recordsOf(requested)})
    select tag_id as "tagId", name, slug, name_key as key from tags
    where user_id = ${userId} and (
      tag_id in (select "tagId" from requested) or name_key in (select key from requested)
    )`);

const insert = (
  { rows }: Session,
  userId: string,
  requested: readonly RequestedTag[],
  now: number,
): Promise<readonly unknown[]> =>
  rows(sql`
    insert into tags (user_id, tag_id, name, slug, name_key, created_at)
    select ${userId}, "newId", name, slug, key, ${now}::bigint from ${recordsOf(requested)}
    on conflict (user_id, name_key) do nothing`);

const recordsOf = (requested: readonly RequestedTag[]) =>
  sql`json_to_recordset(${JSON.stringify(requested)}::json) as requested_tag ("tagId" text, "newId" text, name text, slug text, key text)`;
