import { sql } from "drizzle-orm";
import { storable } from "../../domain/text.ts";
import { type Tag, tagKey } from "../../domain/til.ts";
import type { Session } from "../database.ts";
import type { NewTil } from "./contract.ts";

/** A requested tag, ready for the table. */
interface Asked {
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
  const asked = tags.map(({ tagId, newId, ...tag }): Asked => {
    const name = storable(tag.name);
    return { tagId: tagId ?? "", newId, name, slug: storable(tag.slug), key: tagKey(name) };
  });
  const known = await find(session, userId, asked);
  const missing = asked.filter((tag) => meant(tag, known) === undefined);
  if (missing.length > 0) await make(session, userId, missing, now);
  const all = missing.length > 0 ? await find(session, userId, asked) : known;
  const found = new Map<string, Tag>();
  for (const tag of asked) {
    const { tagId, name, slug } = meant(tag, all) ?? tag;
    found.set(tagId, { tagId, name, slug });
  }
  return [...found.values()];
};

interface Row extends Tag {
  readonly key: string;
}

const meant = (asked: Asked, known: readonly Row[]): Row | undefined =>
  known.find(({ tagId }) => tagId === asked.tagId) ?? known.find(({ key }) => key === asked.key);

const find = ({ rows }: Session, userId: string, asked: readonly Asked[]): Promise<readonly Row[]> =>
  rows<Row>(sql`
    with asked as (select * from ${recordsOf(asked)})
    select tag_id as "tagId", name, slug, name_key as key from tags
    where user_id = ${userId} and (
      tag_id in (select "tagId" from asked) or name_key in (select key from asked)
    )`);

const make = ({ rows }: Session, userId: string, asked: readonly Asked[], now: number): Promise<readonly unknown[]> =>
  rows(sql`
    insert into tags (user_id, tag_id, name, slug, name_key, created_at)
    select ${userId}, "newId", name, slug, key, ${now}::bigint from ${recordsOf(asked)}
    on conflict (user_id, name_key) do nothing`);

const recordsOf = (asked: readonly Asked[]) =>
  sql`json_to_recordset(${JSON.stringify(asked)}::json) as asked_tag ("tagId" text, "newId" text, name text, slug text, key text)`;
