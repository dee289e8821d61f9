import { sql } from "drizzle-orm";
import { type Database, statement } from "../database.ts";
import type { HintStore } from "./contract.ts";

export const hintQueries = (database: Database): HintStore => ({
  send: (payload) =>
    database.call(
      "hints.send",
      async (session) => void (await notify(session, { channel: channelOf(session.schema.name), payload })),
      { lane: "replicas" },
    ),

  listen: (listener) =>
    database.call("hints.listen", async ({ schema }) => database.listen(channelOf(schema.name), listener), {
      lane: "replicas",
    }),
});

const notify = statement(
  sql`select pg_notify(${sql.placeholder("channel")}::text, ${sql.placeholder("payload")}::text)`,
);

/**
 * Channels belong to the whole database, and may hold several schemas of ours. A hash, because a channel's name is at
 * most 63 bytes long, as a schema's is.
 */
const channelOf = (schema: string): string => `yeoul_${Bun.hash.xxHash64(schema).toString(36)}`;
