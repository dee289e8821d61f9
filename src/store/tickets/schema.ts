import { bigint, customType, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

const jsonText = customType<{ data: string; driverData: string }>({ dataType: () => "json" });
const time = () => bigint({ mode: "number" });

/** Questions that were submitted in advance; a request with the ticket starts their run, once. */
export const tickets = pgTable(
  "tickets",
  {
    userId: text().notNull(),
    /** The unguessable part. */
    ticketId: text().notNull(),
    dialect: text().notNull(),
    /** The run's request, as compact JSON. */
    request: jsonText().notNull(),
    /** The run and the thread that it starts, chosen when it is made. */
    runId: text(),
    threadId: text(),
    createdAt: time().notNull(),
    expiresAt: time().notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.ticketId] }), index("tickets_by_end").on(table.expiresAt)],
);
