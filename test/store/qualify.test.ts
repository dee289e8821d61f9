import { describe, expect, test } from "bun:test";
import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import fc from "fast-check";
import { qualify } from "../../src/store/names.ts";

const moved = (text: string) => qualify(text, "own");

describe("the names of our tables in a statement", () => {
  test.each([
    ["select seq from events where seq > 1", 'select seq from "own"."events" where seq > 1'],
    ['select "seq" from "events" "e"', 'select "seq" from "own"."events" "e"'],
    ["insert into runs (a) select 1", 'insert into "own"."runs" (a) select 1'],
    ["UPDATE threads SET turns = threads.turns + 1", 'UPDATE "own"."threads" SET turns = threads.turns + 1'],
    ["delete from chunks", 'delete from "own"."chunks"'],
    ["from a join documents d on d.x = a.x", 'from a join "own"."documents" d on d.x = a.x'],
    ["create index i on chunk_embeddings (a)", 'create index i on "own"."chunk_embeddings" (a)'],
    ["create table if not exists yeoul_migrations (a)", 'create table if not exists "own"."yeoul_migrations" (a)'],
    ["analyze chunk_embeddings (user_id)", 'analyze "own"."chunk_embeddings" (user_id)'],
    ["select 'user'::message_role", `select 'user'::"own"."message_role"`],
  ])("%s", (text, expected) => {
    expect(moved(text)).toBe(expected);
  });

  test.each([
    "select runs.status from held for update of runs",
    "on conflict do update set running = true",
    "from held join asked on runs.thread_key = asked.thread_key",
    "select * from events_of_others join other.events on events.a = 1",
    'select * from "other"."runs"',
    "select 'delete from runs', 'it''s from runs'",
    'select 1 as "taken from runs"',
    "select chunks, content, tags from held",
    "with thread as (select 1) select * from thread",
  ])("are unchanged where they name no table: %s", (text) => {
    expect(moved(text)).toBe(text);
  });

  test("are all known, from every file that declares tables", async () => {
    const files = [...new Bun.Glob("**/schema*.ts").scanSync(`${import.meta.dir}/../../src/store`)];
    expect(files.length).toBeGreaterThan(5);
    const modules = await Promise.all(files.map((file): Promise<object> => import(`../../src/store/${file}`)));
    const tables = modules.flatMap((module) => Object.values(module).filter((value) => is(value, PgTable)));
    expect(tables.length).toBeGreaterThanOrEqual(files.length);
    for (const table of tables) {
      const { name } = getTableConfig(table);
      expect(moved(`select 1 from ${name}`)).toBe(`select 1 from "own"."${name}"`);
    }
  });

  test("are qualified with any schema name, and literals are left alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (schema, text) => {
        const literal = `'${text.replaceAll("'", "''")}'`;
        const name = `"${schema.replaceAll('"', '""')}"`;
        expect(qualify(`select ${literal} from events`, schema)).toBe(`select ${literal} from ${name}."events"`);
      }),
    );
  });
});
