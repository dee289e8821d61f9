import { sql } from "drizzle-orm";
import type { CallOptions, Database, Session } from "../database.ts";
import { reasonOf, sqlState } from "../failure.ts";
import { quoted } from "../qualify.ts";
import { MigrationsMissing, StoreError } from "../store-error.ts";
import { migrations } from "./migrations.ts";

/** Other processes wait for the one that migrates, and an index on a large table takes time. */
export const DDL_DEADLINE_MS = 10 * 60_000;
/** A number that no other user of the database is likely to use for an advisory lock: "yeoul" in ASCII. */
const LOCK = 0x79656f756c;
const UNDEFINED_TABLE = "42P01";
const INSUFFICIENT_PRIVILEGE = "42501";
/** A table, an index or a type of that name already exists. */
const DUPLICATES = new Set(["42P07", "42710"]);

export const migrationQueries = (database: Database, now: () => number) => ({
  migrate: async () => {
    // Connecting has the usual deadline: a server that is not Postgres must not hold a start for as long as a migration
    // may take. In this way a start also runs one query when nothing is missing, because it waits for it.
    const step = <T>(work: (session: Session) => Promise<T>, options?: CallOptions): Promise<T> =>
      database.call(
        "the database cannot be brought up to date",
        (session) =>
          work(session).catch((error) => {
            throw withRemedy(session.schema.name, error);
          }),
        options,
      );
    const lacking = await step(missing);
    if (lacking.length === 0) return 0;
    return await step((session) => apply(session, lacking, now()), { deadlineMs: DDL_DEADLINE_MS });
  },

  check: () =>
    database.call("the database cannot be used", async (session) => {
      const lacking = await missing(session);
      if (lacking.length > 0) throw new MigrationsMissing(lacking.map(({ name }) => name));
    }),
});

type Migration = (typeof migrations)[number];

const apply = async (session: Session, lacking: readonly Migration[], now: number): Promise<number> => {
  let applied = 0;
  for (const migration of lacking) {
    if (await session.transaction((inner) => applyOne(inner, migration, now))) applied += 1;
  }
  return applied;
};

/**
 * Returns the migrations that this program has and the database lacks. Ignores later ones, which a newer replica
 * applied.
 */
const missing = async (session: Session) => {
  const done = await names(session).catch((error) => {
    if (sqlState(error) === UNDEFINED_TABLE) return new Set<string>();
    throw error;
  });
  return migrations.filter(({ name }) => !done.has(name));
};

const names = async (session: Session): Promise<ReadonlySet<string>> => {
  const rows = await session.rows<{ name: string }>(sql`select name from yeoul_migrations`);
  return new Set(rows.map(({ name }) => name));
};

/**
 * Until the transaction ends, no other process changes tables, and a statement may take as long as a migration does.
 */
export const lockTables = async (session: Session): Promise<void> => {
  await session.rows(sql`select set_config('statement_timeout', ${String(DDL_DEADLINE_MS)}, true)`);
  await session.rows(sql`select pg_advisory_xact_lock(${LOCK}::bigint)`);
};

/** False when another process applied it while this one waited for the lock. */
const applyOne = async (session: Session, { name, sql: text }: Migration, now: number): Promise<boolean> => {
  await lockTables(session);
  await enterSchema(session);
  await session.rows(
    sql`create table if not exists yeoul_migrations (name text primary key, applied_at bigint not null)`,
  );
  if ((await names(session)).has(name)) return false;
  for (const statement of text.split("--> statement-breakpoint")) {
    // drizzle-kit writes `"public".` before the names of types, and before nothing else.
    await session.rows(sql.raw(statement.replaceAll('"public".', () => `${quoted(session.schema.name)}.`)));
  }
  await session.rows(sql`insert into yeoul_migrations (name, applied_at) values (${name}, ${now}::bigint)`);
  return true;
};

/**
 * Until the transaction ends, a migration creates and changes objects in our schema. The schema is created only when it
 * is missing, because `create schema if not exists` requires the privilege even when it exists.
 */
const enterSchema = async ({ rows, schema }: Session): Promise<void> => {
  const there = await rows(sql`select from pg_namespace where nspname = ${schema.name}`);
  if (there.length === 0) await rows(sql`create schema ${sql.identifier(schema.name)}`);
  await rows(
    sql`select set_config('search_path', concat_ws(', ', ${quoted(schema.name)}::text, nullif(current_setting('search_path'), '')), true)`,
  );
};

const withRemedy = (schema: string, error: unknown): unknown => {
  const state = sqlState(error);
  const reason = reasonOf(error);
  if (state === INSUFFICIENT_PRIVILEGE) {
    const remedy = `have somebody who may run: create schema if not exists ${quoted(schema)}; grant usage, create on schema ${quoted(schema)} to this role`;
    return new StoreError(
      "failed",
      `${reason}: ${remedy}; or set DATABASE_SCHEMA to a schema that it may create tables in`,
      { cause: error },
    );
  }
  if (state !== undefined && DUPLICATES.has(state)) {
    return new StoreError(
      "failed",
      `${reason} in the schema ${quoted(schema)}, and is not Yeoul's: set DATABASE_SCHEMA to another, or leave it out`,
      { cause: error },
    );
  }
  return error;
};
