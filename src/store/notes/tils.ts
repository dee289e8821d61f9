import { sql } from "drizzle-orm";
import { storable } from "../../domain/text.ts";
import type { Tag, Til } from "../../domain/til.ts";
import type { Database, Session } from "../database.ts";
import { OneAtATime } from "../one-at-a-time.ts";
import { boundedPage } from "../page-bytes.ts";
import type { CountedTag, NewTil, TilStore } from "./contract.ts";
import { tagsFor } from "./tags.ts";

export const tilQueries = (database: Database): TilStore => {
  const saves = new OneAtATime();
  return {
    save: (til) =>
      saves.run(til.userId, () =>
        database.call("tils.save", ({ transaction }) => transaction((session) => save(session, til))),
      ),

    get: (userId, tilId) =>
      database.call("tils.get", async ({ rows }) => {
        const [row] = await rows<Row>(sql`select ${WHOLE} from tils where user_id = ${userId} and til_id = ${tilId}`);
        return row === undefined ? null : tilOf(row);
      }),

    list: (userId, { limit, after }) =>
      database.call("tils.list", async ({ rows }) => {
        const older =
          after === null ? sql`` : sql`and (created_at, til_id) < (${after.createdAt}::bigint, ${after.tilId})`;
        const page = await rows<Row>(
          boundedPage(
            sql`
            select ${WHOLE} from tils where user_id = ${userId} ${older}
            order by created_at desc, til_id desc limit ${limit}::int`,
            sql`"createdAt" desc, "tilId" desc`,
            sql`content`,
            sql`"tilId", "userId", title, slug, content, excerpt, "dayNumber", "createdAt", tags`,
          ),
        );
        return page.map(tilOf);
      }),

    delete: (userId, tilId) =>
      database.call("tils.delete", async ({ rows }) => {
        const gone = await rows(sql`
        with links as (delete from til_tags where user_id = ${userId} and til_id = ${tilId})
        delete from tils where user_id = ${userId} and til_id = ${tilId} returning 1`);
        return gone.length > 0;
      }),

    tags: (userId, limit) =>
      database.call("tils.tags", ({ rows }) =>
        rows<CountedTag>(sql`
        select tag_id as "tagId", name, slug, count(til_id)::int as count
        from tags left join til_tags using (user_id, tag_id)
        where user_id = ${userId}
        group by user_id, tag_id order by count desc, name_key limit ${limit}::int`),
      ),

    highestDay: (userId) =>
      database.call("tils.highestDay", async ({ rows }) => {
        const [user] = await rows<{ last: number }>(
          sql`select last_day as last from til_users where user_id = ${userId}`,
        );
        return user?.last ?? 0;
      }),
  };
};

const save = async (session: Session, til: NewTil): Promise<Til> => {
  const { userId, tilId, now } = til;
  // Comes first because it takes the lock that all of the user's saves wait for: the following statements read what
  // those saves have written.
  const dayNumber = await takeDay(session, til);
  const slug = await freeSlug(session, til);
  const tags = await tagsFor(session, til);
  const title = storable(til.title);
  const content = storable(til.content);
  const excerpt = storable(til.excerpt);
  await session.rows(sql`
    with links as (
      insert into til_tags (user_id, til_id, place, tag_id)
      select ${userId}, ${tilId}, place, tag_id
      from json_array_elements_text(${JSON.stringify(tags.map(({ tagId }) => tagId))}::json)
        with ordinality as tag (tag_id, place)
    )
    insert into tils (user_id, til_id, title, slug, content, excerpt, day_number, created_at)
    values (${userId}, ${tilId}, ${title}, ${slug}, ${content}, ${excerpt}, ${dayNumber}::int, ${now}::bigint)`);
  return { tilId, userId, title, slug, content, excerpt, dayNumber, tags, createdAt: now };
};

const takeDay = async ({ rows }: Session, { userId, dayNumber }: NewTil): Promise<number> => {
  const [user] = await rows<{ last: number }>(sql`
    insert into til_users (user_id, last_day) values (${userId}, ${dayNumber ?? 1}::int)
    on conflict (user_id) do update
    set last_day = ${dayNumber === null ? sql`til_users.last_day + 1` : sql`greatest(til_users.last_day, ${dayNumber}::int)`}
    returning last_day as last`);
  return dayNumber ?? user?.last ?? 1;
};

/** Returns the requested slug, with the lowest number appended that makes it unique when it is taken. */
const freeSlug = async ({ rows }: Session, { userId, ...til }: NewTil): Promise<string> => {
  const preferred = storable(til.slug);
  const found = await rows<{ slug: string }>(
    sql`select slug from tils where user_id = ${userId} and starts_with(slug, ${preferred})`,
  );
  const taken = new Set(found.map(({ slug }) => slug));
  let slug = preferred;
  for (let number = 2; taken.has(slug); number++) slug = `${preferred}-${number}`;
  return slug;
};

interface Row extends Omit<Til, "tags"> {
  /** As JSON. */
  readonly tags: string;
}

const tilOf = ({ tags, ...til }: Row): Til => ({ ...til, tags: JSON.parse(tags) as readonly Tag[] });

const WHOLE = sql`
  til_id as "tilId", user_id as "userId", title, slug, content, excerpt, day_number as "dayNumber",
  created_at as "createdAt", (
    select coalesce(json_agg(json_build_object('tagId', tag.tag_id, 'name', tag.name, 'slug', tag.slug) order by place), '[]')
    from til_tags link join tags tag using (user_id, tag_id)
    where link.user_id = tils.user_id and link.til_id = tils.til_id
  ) as tags`;
