import { afterAll, beforeAll, describe, expect, test } from "bun:test";
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

/** The Postgres driver and a server that has pgvector: none comes from npm, so the embedded one stands behind a socket, for one connection. */
describe("Postgres with pgvector", () => {
  let database: PGlite;
  let server: PGLiteSocketServer;
  let opened: Store | undefined;
  beforeAll(async () => {
    database = await PGlite.create({ extensions: { vector } });
    server = new PGLiteSocketServer({ db: database, host: "127.0.0.1", port: 0 });
    await server.start();
    const url = `postgres://postgres:postgres@${server.getServerConn()}/postgres`;
    opened = postgresStore({ url, system: realSystem, maxConnections: 1 });
    await opened.migrate();
  }, 30_000);
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

  test("each model and dimension has an HNSW index of its own, as far as pgvector goes", async () => {
    const { rows } = await database.query<{ definition: string }>(
      "select indexdef as definition from pg_indexes where tablename = 'chunk_embeddings' and indexdef like '%hnsw%'",
    );
    const types = rows.map(({ definition }) => /::(\w+\(\d+\))/u.exec(definition)?.[1]);
    expect(types).toContain("vector(2)");
    expect(types).toContain("vector(3)");
    expect(types).toContain("halfvec(3072)");
    expect(types).not.toContain("vector(5000)");
  });
});

test("a data directory from before there were vectors gets them, and keeps nothing of how", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "yeoul-before-vectors-"));
  try {
    await (await PGlite.create({ dataDir: join(dataDir, "postgres") })).close();
    for (const _start of ["first", "second"]) {
      const store = await pgliteStore({ dataDir, system: realSystem });
      await store.migrate();
      expect(await store.documents.capabilities()).toEqual({ vectors: true, reason: null });
      await store.close();
    }
    expect((await readdir(dataDir)).sort()).toEqual(["postgres", "yeoul.lock"]);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}, 30_000);
