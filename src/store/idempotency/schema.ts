import { bigint, boolean, customType, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

const jsonText = customType<{ data: string; driverData: string }>({ dataType: () => "json" });
const time = () => bigint({ mode: "number" });

/** Keys under which a request is carried out once, however often it is sent. Times are the database's. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    userId: text().notNull(),
    /** Method and path as they are registered, such as `POST /api/v1/runs`. */
    endpoint: text().notNull(),
    key: text().notNull(),
    /** Of the request; the same key with another request is a mistake. */
    digest: text().notNull(),
    /** The id and the thread of what the request makes, chosen beforehand: a run's, a note's. */
    madeId: text().notNull(),
    threadId: text().notNull(),
    /** Who carries the request out; only they may say what became of it. */
    holder: text().notNull(),
    /** Until then nobody else carries it out. */
    heldUntil: time().notNull(),
    isDone: boolean().notNull().default(false),
    /** What a write answered, as compact JSON. Null: nothing yet, or it began a run. */
    answer: jsonText(),
    expiresAt: time().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.endpoint, table.key] }),
    index("idempotency_keys_by_end").on(table.expiresAt),
  ],
);
