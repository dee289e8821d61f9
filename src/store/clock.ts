import { sql } from "drizzle-orm";

/** The database's clock, in milliseconds since the epoch. Decisions between replicas use it and no clock of theirs. */
export const databaseNow = sql`(extract(epoch from now()) * 1000)::bigint`;
