import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { pgliteStore } from "../../src/store/drivers/pglite.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { qualify } from "../../src/store/names.ts";
import { storeConformance } from "../conformance/store.ts";
import { freshDatabase } from "../support/postgres.ts";
import { newRun, started } from "../support/runs.ts";

const system = realSystem;

/** The schemas that have a table called `events`. */
const schemasOf = async (sql: postgres.Sql): Promise<readonly string[]> => {
  const found = await sql<
    { schemaname: string }[]
  >`select schemaname from pg_tables where tablename = 'events' order by 1`;
  return found.map(({ schemaname }) => schemaname);
};

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => "nothing failed",
    (error) => error,
  );

/** The whole store in a schema whose name needs quotes and that is in no search path. */
storeConformance(
  "Postgres, in a configured schema",
  async () => postgresStore({ url: await freshDatabase(), system, schema: 'My "own"' }),
  { vectors: false, hints: true },
);

describe("the schema of the tables in Postgres", () => {
  let url: string;
  let sql: postgres.Sql;
  const opened: Store[] = [];
  const open = (options: { schema?: string; url?: string } = {}): Store => {
    const store = postgresStore({ url, system, maxConnections: 2, ...options });
    opened.push(store);
    return store;
  };
  const fresh = async () => {
    url = await freshDatabase();
    sql = postgres(url, { max: 1, onnotice: () => {} });
  };
  beforeAll(fresh, 30_000);
  afterAll(async () => {
    await Promise.all(opened.map((store) => store.close()));
    await sql.end();
  });
  const again = async () => {
    await sql.end();
    await fresh();
  };

  test("a new database gets our schema, next to another product's tables of the same names", async () => {
    await sql`create table events (id int); create type message_role as enum ('mine')`.simple();
    const store = open();
    await store.migrate();
    await store.check();
    await started(store, newRun("u1:a"));
    expect(await schemasOf(sql)).toEqual(["public", "yeoul"]);
    expect(await sql`select * from events`).toHaveLength(0);
  });

  test("tables that are already in public stay there and are found again", async () => {
    await again();
    const before = open({ schema: "public" });
    await before.migrate();
    await started(before, newRun("u1:kept"));
    const after = open();
    expect(await after.migrate()).toBe(0);
    expect(await after.threads.get("u1:kept")).not.toBeNull();
    expect(await schemasOf(sql)).toEqual(["public"]);
  });

  test("two services in one database, each in its own schema, are isolated from each other", async () => {
    await again();
    const [one, other] = [open({ schema: "one" }), open({ schema: "other" })];
    await Promise.all([one.migrate(), other.migrate()]);
    await started(one, newRun("u1:mine"));
    expect(await other.threads.get("u1:mine")).toBeNull();
    expect(await schemasOf(sql)).toEqual(["one", "other"]);
  });

  test("another product's table in the configured schema is an error that says so, and nothing is left half created", async () => {
    await again();
    await sql`create table events (id int)`;
    const error = await failureOf(open({ schema: "public" }).migrate());
    expect(error).toMatchObject({ code: "failed", message: expect.stringContaining("DATABASE_SCHEMA") });
    expect(await sql`select from pg_tables where schemaname = 'public' and tablename <> 'events'`).toHaveLength(0);
  });

  describe("for a role that may not create a schema", () => {
    const asPlain = () => {
      const plain = new URL(url);
      [plain.username, plain.password] = ["plain", "plain"];
      return plain.href;
    };
    beforeAll(async () => {
      await again();
      await sql`do $$ begin create role plain login password 'plain'; exception when duplicate_object then null; end $$`.simple();
    });

    test("the error names the remedy", async () => {
      const error = await failureOf(open({ url: asPlain() }).migrate());
      expect(error).toMatchObject({
        code: "failed",
        message: expect.stringContaining('create schema if not exists "yeoul"'),
      });
    });

    test("an existing schema without the privilege gives the same error", async () => {
      await sql`create schema yeoul`;
      const error = await failureOf(open({ url: asPlain() }).migrate());
      expect(error).toMatchObject({
        code: "failed",
        message: expect.stringContaining("grant usage, create on schema"),
      });
    });

    test("a schema that was created for the role works", async () => {
      await sql`grant usage, create on schema yeoul to plain`;
      const store = open({ url: asPlain() });
      await store.migrate();
      await started(store, newRun("u1:plain"));
      expect(await schemasOf(sql)).toEqual(["yeoul"]);
    });
  });
});

describe("the schema of the tables in an embedded database", () => {
  test("it is our schema, or the one where they were before", async () => {
    const folder = await mkdtemp(join(tmpdir(), "yeoul-schema-"));
    try {
      const open = (schema?: string) =>
        pgliteStore({ dataDir: folder, system, ...(schema !== undefined && { schema }) });
      const before = await open("public");
      await before.migrate();
      await started(before, newRun("u1:kept"));
      await before.close();
      const after = await open();
      expect(await after.migrate()).toBe(0);
      expect(await after.threads.get("u1:kept")).not.toBeNull();
      await after.close();
      const elsewhere = await open("elsewhere");
      expect(await elsewhere.migrate()).toBeGreaterThan(0);
      expect(await elsewhere.threads.get("u1:kept")).toBeNull();
      await elsewhere.close();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 60_000);
});

describe("a database whose encoding cannot store every text", () => {
  test.each([
    ["SQL_ASCII", "C"],
    ["EUC_KR", "C"],
    ["LATIN1", "C"],
  ])(
    "%s is refused before anything is written, and the error names the database and the remedy",
    async (encoding, locale) => {
      const url = await freshDatabase();
      const admin = postgres(url, { max: 1, onnotice: () => {} });
      const name = `odd_${encoding.toLowerCase()}`;
      await admin.unsafe(`create database ${name} encoding '${encoding}' locale '${locale}' template template0`);
      await admin.end();
      const odd = new URL(url);
      odd.pathname = `/${name}`;
      const store = postgresStore({ url: odd.href, system });
      for (const call of [() => store.migrate(), () => store.check(), () => store.threads.get("u1:a")]) {
        const error = await failureOf(call());
        expect(error).toMatchObject({ code: "failed" });
        expect((error as Error).message).toContain(`"${name}" has the encoding ${encoding}`);
        expect((error as Error).message).toContain("ENCODING 'UTF8'");
      }
      await store.close();
    },
  );
});

test("every table that the migrations create is known by name", async () => {
  const url = await freshDatabase();
  const store = postgresStore({ url, system });
  await store.migrate();
  await store.close();
  const sql = postgres(url, { max: 1 });
  const found = await sql<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'yeoul'`;
  await sql.end();
  expect(found.length).toBeGreaterThan(10);
  for (const { name } of found) expect(qualify(`select from ${name}`, "own")).toBe(`select from "own"."${name}"`);
});
