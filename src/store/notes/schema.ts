import { bigint, index, integer, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";

/**
 * What a user has learned, and its tags. Every key begins with the user, see `schema.ts`. A user's row in `til_users`
 * is the lock under which day numbers and slugs are assigned.
 */

const time = () => bigint({ mode: "number" });

export const tilUsers = pgTable(
  "til_users",
  {
    userId: text().notNull(),
    /** The highest day number ever assigned; 0 when there is none. A deleted TIL's number is not assigned again. */
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
    /** The name as it is compared: case-insensitively. */
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
    /** Its position among the TIL's tags. */
    place: integer().notNull(),
    tagId: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.tilId, table.place] }),
    index("til_tags_by_tag").on(table.userId, table.tagId),
  ],
);
