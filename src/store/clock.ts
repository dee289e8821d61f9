import { sql } from "drizzle-orm";

/** The database's clock, in milliseconds since the epoch: what replicas decide between them is decided by no clock of theirs. */
export const databaseNow = sql`(extract(epoch from now()) * 1000)::bigint`;
