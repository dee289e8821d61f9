import { sql } from "drizzle-orm";
import { bigint, customType, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { ThreadKey } from "../../domain/thread.ts";
import type { Decision } from "./contract.ts";

const jsonText = customType<{ data: string; driverData: string }>({ dataType: () => "json" });
const time = () => bigint({ mode: "number" });

/** Tool calls that wait, or have waited, for a person's word. */
export const approvals = pgTable(
  "approvals",
  {
    threadKey: text().$type<ThreadKey>().notNull(),
    runId: text().notNull(),
    toolCallId: text().notNull(),
    name: text().notNull(),
    input: jsonText().notNull(),
    /** The JSON Schema of its input. Null: any JSON will do. */
    schema: jsonText(),
    requestedAt: time().notNull(),
    /** Null: nobody has decided. */
    decision: text().$type<Decision["decision"]>(),
    newInput: jsonText(),
    message: text(),
    decidedAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.threadKey, table.runId, table.toolCallId] }),
    index("approvals_open").on(sql`split_part(thread_key, ':', 1)`, table.requestedAt).where(sql`decision is null`),
  ],
);
