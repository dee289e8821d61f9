import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { pgliteStore } from "../../src/store/drivers/pglite.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { storeFailureText } from "../../src/store/trouble.ts";
import { freshDatabase, startPostgres } from "../support/postgres.ts";
import { canMount, type SmallDisk, smallDisk } from "../support/small-disk.ts";
import { stores } from "../support/stores.ts";

const system = realSystem;

/** The problem in plain words, or `ok`. */
const verdictOf = (call: Promise<unknown>): Promise<string> => call.then(() => "ok", storeFailureText);
/** What `yeoul check` prints. */
const messageOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "ok",
    (error: Error) => error.message,
  );

describe.each(stores)("a healthy store: %s", (_name, open) => {
  let store: Store;
  beforeAll(async () => {
    store = await open();
    await store.migrate();
  }, 30_000);
  afterAll(() => store.close());

  test("passes the test write, also of many callers at once", async () => {
    expect(await Promise.all(Array.from({ length: 20 }, () => verdictOf(store.tryWrite())))).toEqual(
      Array(20).fill("ok"),
    );
  });

  test("rehearses a run and stores nothing of it", async () => {
    await store.rehearse();
    await store.rehearse();
    expect(await store.threads.list("yeoul-check", { limit: 10, after: null })).toEqual([]);
  });
});

describe("a Postgres that cannot be written to", () => {
  let url: string;
  let sql: postgres.Sql;
  const opened: Store[] = [];
  const open = (at = url): Store => {
    const store = postgresStore({ url: at, system, deadlineMs: 5_000, maxConnections: 1 });
    opened.push(store);
    return store;
  };
  const as = (user: string, password: string): string => {
    const plain = new URL(url);
    [plain.username, plain.password] = [user, password];
    return plain.href;
  };
  beforeAll(async () => {
    url = await freshDatabase();
    sql = postgres(url, { max: 1, onnotice: () => {} });
    await open().migrate();
  }, 30_000);
  afterAll(async () => {
    await Promise.all(opened.map((store) => store.close()));
    await sql.end();
  });

  test("stores nothing of a rehearsal in any table", async () => {
    const counts = async () => {
      const tables = await sql<
        { name: string }[]
      >`select tablename as name from pg_tables where schemaname = 'yeoul' order by 1`;
      return Promise.all(
        tables.map(async ({ name }) => [name, (await sql`select count(*) from ${sql(`yeoul.${name}`)}`)[0]?.count]),
      );
    };
    const before = await counts();
    await open().rehearse();
    expect(await counts()).toEqual(before);
  });

  test("because it is read-only", async () => {
    await sql.unsafe(`alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = on`);
    const store = open();
    expect(await verdictOf(store.tryWrite())).toBe("the database is read-only: default_transaction_read_only is on");
    expect(await messageOf(store.rehearse())).toContain("cannot begin a run: the database is read-only");
    await sql.unsafe(`alter database ${new URL(url).pathname.slice(1)} reset default_transaction_read_only`);
  });

  test("because the role lacks a privilege, which the rehearsal names", async () => {
    await sql`
      create role reader login password 'reader';
      grant usage on schema yeoul to reader;
      grant select, insert, update, delete on all tables in schema yeoul to reader;
      revoke insert on yeoul.events, yeoul.test_writes from reader`.simple();
    const store = open(as("reader", "reader"));
    await store.check();
    expect(await verdictOf(store.tryWrite())).toBe("the role may not write to the tables");
    expect(await messageOf(store.rehearse())).toBe(
      "the database cannot be used: cannot write a run's events and checkpoints: the role may not write to the tables (permission denied for table events)",
    );
  });

  test("because it accepts no more connections", async () => {
    await sql`create role crowd login password 'crowd' connection limit 0`;
    expect(await verdictOf(open(as("crowd", "crowd")).tryWrite())).toBe("the database has too many connections");
  });

  test("because the password is wrong, the database does not exist or no server is listening", async () => {
    expect(await verdictOf(open(as("reader", "wrong")).tryWrite())).toBe(
      "the database rejected the role or its password",
    );
    const nowhere = new URL(url);
    nowhere.pathname = "/nowhere";
    expect(await verdictOf(open(nowhere.href).tryWrite())).toBe("the database does not exist");
    nowhere.port = "1";
    expect(await verdictOf(open(nowhere.href).tryWrite())).toBe(
      "the database cannot be reached: no server is listening at its address",
    );
  });
});

test("a standby is distinguished from a database that was set read-only", async () => {
  const folder = mkdtempSync(join(tmpdir(), "yeoul-standby-"));
  chmodSync(folder, 0o777);
  const server = await startPostgres({ folder });
  const url = await server.freshDatabase();
  const before = postgresStore({ url, system });
  await before.migrate();
  await before.close();
  await server.stop();
  for (const data of readdirSync(folder)) writeFileSync(join(folder, data, "standby.signal"), "");
  // The driver waits for a message that a standby never sends.
  server.start().catch(() => {});
  const store = postgresStore({ url, system });
  while ((await verdictOf(store.check())) !== "ok") await system.sleep(50);
  expect(await verdictOf(store.tryWrite())).toBe("the database is read-only: it is a standby");
  await store.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe.skipIf(!canMount)("a disk that is full", () => {
  const isNoticed = async (store: Store, disk: SmallDisk) => {
    await store.migrate();
    expect(await verdictOf(store.tryWrite())).toBe("ok");
    disk.fill();
    expect(await verdictOf(store.tryWrite())).toBe("the database's disk is full");
    expect(await messageOf(store.rehearse())).toContain("the database's disk is full");
    // No one uses up the spare room in the tables, so the full disk is noticed again.
    expect(await verdictOf(store.tryWrite())).toBe("the database's disk is full");
    disk.free();
    expect(await verdictOf(store.tryWrite())).toBe("ok");
    expect(await messageOf(store.rehearse())).toBe("ok");
  };

  test("is noticed in Postgres, and so is space that becomes free again", async () => {
    using disk = smallDisk(150);
    const server = await startPostgres({ folder: disk.path, initdbFlags: ["--wal-segsize=1"] });
    const store = postgresStore({ url: await server.freshDatabase(), system });
    await isNoticed(store, disk);
    await store.close();
    await server.stop();
  }, 60_000);

  test("is noticed in an embedded database, and so is space that becomes free again", async () => {
    using disk = smallDisk(200);
    const store = await pgliteStore({ dataDir: join(disk.path, "data"), system });
    await isNoticed(store, disk);
    await store.close();
  }, 60_000);
});
