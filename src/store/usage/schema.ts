import { bigint, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { UsageKind } from "./contract.ts";

const count = () => bigint({ mode: "number" });

/** What a user has used in a window. No column but `total` is ever changed, and no index holds that: each count is a HOT update. */
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
