import { bigint, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { UsageKind } from "./contract.ts";

const count = () => bigint({ mode: "number" });

/**
 * What a user has used in a window. Only the column `total` is ever updated, and no index includes it, so each count is
 * a HOT update.
 */
export const usage = pgTable(
  "user_usage",
  {
    userId: text().notNull(),
    kind: text().$type<UsageKind>().notNull(),
    /** Both in milliseconds, by the database's clock. */
    windowMs: count().notNull(),
    startsAt: count().notNull(),
    total: count().notNull(),
    endsAt: count().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.kind, table.windowMs, table.startsAt] }),
    index("user_usage_by_end").on(table.endsAt),
  ],
);
