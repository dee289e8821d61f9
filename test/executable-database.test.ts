import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import postgres from "postgres";
import { realSystem } from "../src/domain/system.ts";
import { pgliteStore } from "../src/store/drivers/pglite.ts";
import { type Box, box, executable } from "./support/executable.ts";
import { freshDatabase } from "./support/postgres.ts";

const ARCHIVE = resolve(import.meta.dir, "../dist/database.tar.zst");

let folder: string;
beforeAll(async () => {
  await executable();
  folder = mkdtempSync(join(tmpdir(), "yeoul-prepared-"));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Everything in our schema that a query can distinguish. */
const SCHEMA = `
  select 'column' as kind, table_name || '.' || column_name as name, ordinal_position || ' ' || data_type || ' ' ||
    is_nullable || ' ' || coalesce(column_default, '') as definition
    from information_schema.columns where table_schema = 'yeoul'
  union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'yeoul'
  union all select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'yeoul'::regnamespace
  union all select 'migration', name, '' from yeoul.yeoul_migrations
  union all select 'setting', name, setting from pg_settings
    where name in ('server_version', 'server_encoding', 'lc_collate', 'TimeZone')
  order by 1, 2`;

const schemaOf = async (dataDir: string): Promise<readonly unknown[]> => {
  const client = await PGlite.create({ dataDir: join(dataDir, "postgres") });
  const { rows } = await client.query(SCHEMA);
  await client.close();
  return rows;
};

describe("the database prepared at build time", () => {
  test("has all migrations and equals what initdb and the migrations create", async () => {
    const [prepared, plain] = [join(folder, "prepared"), join(folder, "plain")];
    const unpacked = await pgliteStore({
      dataDir: prepared,
      system: realSystem,
      archive: Bun.file(ARCHIVE),
    });
    expect(await unpacked.migrate()).toBe(0);
    await unpacked.check();
    await unpacked.close();
    const made = await pgliteStore({ dataDir: plain, system: realSystem });
    expect(await made.migrate()).toBeGreaterThan(0);
    await made.close();
    const schema = await schemaOf(prepared);
    expect(schema.length).toBeGreaterThan(20);
    expect(schema).toEqual(await schemaOf(plain));
  }, 60_000);
});

describe("a process killed while it creates its data directory", () => {
  test("leaves nothing that the next one trusts", async () => {
    using alone = await box();
    // The state after a kill between the first file and the last.
    const unfinished = join(alone.dataDir, "postgres.unfinished");
    mkdirSync(join(unfinished, "base"), { recursive: true });
    await Bun.write(join(unfinished, "PG_VERSION"), "17\n");
    await using service = await alone.serve();
    expect((await fetch(`${service.url}/api/v1/health`)).status).toBe(200);
    expect(existsSync(unfinished)).toBe(false);
  }, 30_000);

  test.each([0, 200, 400, 600, 800])(
    "after %d of a thousand files does not stop the next one from serving",
    async (files) => {
      using alone = await box();
      do {
        // Another process had the core at that moment: try once more.
        rmSync(alone.dataDir, { recursive: true, force: true });
        await killedAt(alone, files);
      } while (!existsSync(join(alone.dataDir, "postgres.unfinished")));
      await using service = await alone.serve();
      expect((await fetch(`${service.url}/api/v1/health`)).status).toBe(200);
    },
    30_000,
  );

  test("leaves files that only its own user can read", async () => {
    using alone = await box();
    await using _service = await alone.serve();
    expect(statSync(join(alone.dataDir, "postgres")).mode & 0o777).toBe(0o700);
  }, 30_000);
});

test("a process that is stopped while it starts exits with 0", async () => {
  using alone = await box();
  const url = await freshDatabase();
  const other = postgres(url, { max: 2 });
  // As another replica does while it migrates.
  await other.begin(async (sql) => {
    await sql`select pg_advisory_xact_lock(${"521392846188"}::bigint)`;
    const env = { DATABASE_URL: url, PORT: "0" };
    await using child = Bun.spawn([join(alone.path, "yeoul")], {
      cwd: alone.path,
      env,
      stdout: "pipe",
      stderr: "pipe",
    });
    const waits = async () =>
      (await other`select 1 from pg_locks where locktype = 'advisory' and not granted`).length > 0;
    while (!(await waits()) && child.exitCode === null);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    expect(await new Response(child.stdout).text()).toBe("");
  });
  await other.end();
}, 30_000);

test("leftovers of a process that was killed while opening are removed", async () => {
  const dataDir = join(folder, "opened");
  const left = join(dataDir, "yeoul-extensions-abc123");
  mkdirSync(left, { recursive: true });
  const store = await pgliteStore({ dataDir, system: realSystem });
  await store.migrate();
  await store.close();
  expect(readdirSync(dataDir).toSorted()).toEqual(["postgres", "yeoul.lock"]);
}, 30_000);

/** Starts the service and kills it as soon as it has unpacked this many of the thousand files. */
const killedAt = async ({ path, dataDir }: Box, files: number): Promise<void> => {
  const env = { DATA_DIR: dataDir, PORT: "0" };
  await using child = Bun.spawn([join(path, "yeoul")], { cwd: path, env, stdout: "ignore", stderr: "ignore" });
  const unfinished = join(dataDir, "postgres.unfinished");
  while (!existsSync(join(dataDir, "postgres")) && child.exitCode === null) {
    if (existsSync(unfinished) && readdirSync(unfinished, { recursive: true }).length >= files) break;
    await new Promise((wake) => setImmediate(wake));
  }
  child.kill("SIGKILL");
  await child.exited;
};
