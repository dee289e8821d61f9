import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { pgliteStore } from "../../src/store/drivers/pglite.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { storeKeepsDocuments } from "../conformance/store-documents.ts";
import { storeComparesVectors } from "../conformance/store-vectors.ts";
import { chunk, draft, words } from "../support/documents.ts";

// The socket server sometimes delays a call for a whole second, which a real server does not.
setDefaultTimeout(30_000);

/**
 * The Postgres driver with pgvector. No such server is on npm, so the embedded database serves connections over a
 * socket.
 */
describe("Postgres with pgvector", () => {
  let database: PGlite;
  let server: PGLiteSocketServer;
  let opened: Store | undefined;
  beforeAll(async () => {
    database = await PGlite.create({ extensions: { vector } });
    server = new PGLiteSocketServer({ db: database, host: "127.0.0.1", port: 0, maxConnections: 8 });
    await server.start();
    const url = `postgres://postgres:postgres@${server.getServerConn()}/postgres`;
    opened = postgresStore({ url, system: realSystem, maxConnections: 1 });
    await opened.migrate();
  });
  afterAll(async () => {
    await opened?.close();
    await server.stop();
    await database.close();
  });

  const under = {
    get store() {
      if (opened === undefined) throw new Error("the store is there once the first test runs");
      return opened;
    },
    thread: () => `u1:${realSystem.id()}` as const,
  };
  describe("documents", () => storeKeepsDocuments(under));
  describe("vectors", () => storeComparesVectors(under, true));

  test("each model and dimension has its own HNSW index, up to the dimensions that pgvector can index", async () => {
    const { rows } = await database.query<{ definition: string }>(
      "select indexdef as definition from pg_indexes where tablename = 'chunk_embeddings' and indexdef like '%hnsw%'",
    );
    const types = rows.map(({ definition }) => /::(\w+\(\d+\))/u.exec(definition)?.[1]);
    expect(types).toContain("vector(2)");
    expect(types).toContain("vector(3)");
    expect(types).toContain("halfvec(3072)");
    expect(types).not.toContain("vector(5000)");
  });

  test("many chunks are searched through the index, few by comparing all of them", async () => {
    const [many, few] = [`many-${realSystem.id()}`, `few-${realSystem.id()}`];
    const around = (at: number) => Array.from({ length: 64 }, (_, dimension) => Math.cos(at * (dimension + 1)));
    const pieces = (count: number) =>
      Array.from({ length: count }, (_, at) => chunk(`piece ${at}`, { vector: around(at) }));
    await under.store.documents.put(draft(few, { model: "graph" }), [pieces(3)]);
    await under.store.documents.put(draft(many, { model: "graph" }), [pieces(400)]);
    const scans = async () => {
      await database.query("select pg_stat_force_next_flush()");
      const { rows } = await database.query<{ scans: number }>(
        "select sum(idx_scan)::int as scans from pg_stat_user_indexes where indexrelname like 'chunk_embeddings_64_%'",
      );
      return rows[0]?.scans;
    };
    const nearest = async (userId: string) => {
      const embedding = { model: "graph", vector: around(2), trust: 1 };
      return (await under.store.documents.search(userId, words("", { embedding })))[0];
    };
    // As if there were thousands of chunks: the planner counts a comparison as twenty times as expensive.
    await database.query("set cpu_operator_cost = 0.05");
    expect(await scans()).toBe(0);
    expect(await nearest(few)).toMatchObject({ content: "piece 2", vector: { rank: 1 } });
    expect(await scans()).toBe(0);
    expect(await nearest(many)).toMatchObject({ content: "piece 2", vector: { rank: 1 } });
    expect(await scans()).toBe(1);
  });
});

test("pgvector is found in the operator's schema outside the search path", async () => {
  const database = await PGlite.create({ extensions: { vector } });
  await database.exec("create schema extensions; create extension vector schema extensions");
  const server = new PGLiteSocketServer({ db: database, host: "127.0.0.1", port: 0, maxConnections: 8 });
  await server.start();
  const url = `postgres://postgres:postgres@${server.getServerConn()}/postgres`;
  const store = postgresStore({ url, system: realSystem, maxConnections: 1 });
  try {
    await store.migrate();
    expect(await store.documents.capabilities()).toEqual({ vectors: true, reason: null });
    const vector = [0, 1, 0];
    await store.documents.put(draft("u1", { model: "m" }), [
      [chunk("하나", { vector: [1, 0, 0] }), chunk("둘", { vector })],
    ]);
    const found = await store.documents.search("u1", words("", { embedding: { model: "m", vector, trust: 1 } }));
    expect(found[0]).toMatchObject({ content: "둘", vector: { rank: 1 } });
    const { rows } = await database.query(
      "select from pg_indexes where indexdef like '%USING hnsw%extensions.vector(3)%'",
    );
    expect(rows).toHaveLength(1);
  } finally {
    await store.close();
    await server.stop();
    await database.close();
  }
});

test("a data directory from before vectors gets vectors and their index, and no leftovers of the change", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "yeoul-before-vectors-"));
  try {
    await (await PGlite.create({ dataDir: join(dataDir, "postgres") })).close();
    for (const _start of ["first", "second"]) {
      const store = await pgliteStore({ dataDir, system: realSystem });
      await store.migrate();
      expect(await store.documents.capabilities()).toEqual({ vectors: true, reason: null });
      await store.documents.put(draft("u1", { model: "m" }), [[chunk("하나", { vector: [1, 0] })]]);
      await store.close();
    }
    expect((await readdir(dataDir)).sort()).toEqual(["postgres", "yeoul.lock"]);
    const database = await PGlite.create({ dataDir: join(dataDir, "postgres"), extensions: { vector } });
    const { rows } = await database.query("select from pg_indexes where indexdef like '%USING hnsw%vector(2)%'");
    await database.close();
    expect(rows).toHaveLength(1);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
