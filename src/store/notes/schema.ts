import { bigint, index, integer, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";

/**
 * What a user has learned, and the tags it goes by. Every key begins with the user, see `schema.ts`. A user's row in
 * `til_users` is the lock that day numbers and slugs are given under.
 */

const time = () => bigint({ mode: "number" });

export const tilUsers = pgTable(
  "til_users",
  {
    userId: text().notNull(),
    /** The highest day number that was ever given; 0: none. A deleted TIL's number is not given again. */
    lastDay: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId] })],
);

export const tils = pgTable(
  "tils",
  {
    userId: text().notNull(),
    tilId: text().notNull(),
    title: text().notNull(),
    slug: text().notNull(),
    content: text().notNull(),
    excerpt: text().notNull(),
    dayNumber: integer().notNull(),
    createdAt: time().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.tilId] }),
    unique("tils_slug").on(table.userId, table.slug),
    index("tils_newest").on(table.userId, table.createdAt.desc(), table.tilId),
  ],
);

export const tags = pgTable(
  "tags",
  {
    userId: text().notNull(),
    tagId: text().notNull(),
    name: text().notNull(),
    slug: text().notNull(),
    /** The name as it is compared: without regard to case. */
    nameKey: text().notNull(),
    createdAt: time().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.tagId] }),
    unique("tags_name").on(table.userId, table.nameKey),
  ],
);

export const tilTags = pgTable(
  "til_tags",
  {
    userId: text().notNull(),
    tilId: text().notNull(),
    /** Its place among the TIL's tags. */
    place: integer().notNull(),
    tagId: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.tilId, table.place] }),
    index("til_tags_by_tag").on(table.userId, table.tagId),
  ],
);
