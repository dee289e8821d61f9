import { sql } from "drizzle-orm";
import { statement } from "../database.ts";

/** A number that no other user of the database is likely to use for an advisory lock: "pack" in ASCII. */
const LOCK = 0x7061636b;

/**
 * Whether a transaction may move events: `isLocked`, nobody else does so until its end; `isKnown`, every replica that
 * lives can read the result.
 */
export const mayPack = statement<{ isLocked: boolean; isKnown: boolean }>(sql`
  select pg_try_advisory_xact_lock(${sql.raw(String(LOCK))}) as "isLocked",
    not exists (select from replicas where not reads_stretches and lease_until > now()) as "isKnown"`);
