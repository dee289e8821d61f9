import { describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { migrations } from "../../src/store/migrations/migrations.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { freshDatabase } from "../support/postgres.ts";

const folder = `${import.meta.dir}/../../drizzle`;

describe("migrations", () => {
  test("the executable contains all migrations that drizzle-kit generated, in order", async () => {
    const journal: { entries: readonly { tag: string }[] } = await Bun.file(`${folder}/meta/_journal.json`).json();
    expect(migrations.map(({ name }) => name)).toEqual(journal.entries.map(({ tag }) => tag));
    for (const { name, sql } of migrations) expect(sql).toBe(await Bun.file(`${folder}/${name}.sql`).text());
  });

  test("when many replicas migrate one fresh database at once, each migration is applied by exactly one", async () => {
    const url = await freshDatabase();
    const stores = Array.from({ length: 4 }, () => postgresStore({ url, system: realSystem, maxConnections: 2 }));
    const applied = await Promise.all(stores.map((store) => store.migrate()));
    expect(applied.reduce((sum, count) => sum + count)).toBe(migrations.length);
    await Promise.all(stores.map((store) => store.check()));
    expect(await stores[0]?.migrate()).toBe(0);
    await Promise.all(stores.map((store) => store.close()));
  }, 20_000);

  test("an unmigrated database fails the check, and the error names what is missing", async () => {
    const store = postgresStore({ url: await freshDatabase(), system: realSystem });
    const error = await store.check().catch((reason) => reason);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code: "failed", message: expect.stringContaining("0000_first") });
    await store.close();
  }, 20_000);
});
