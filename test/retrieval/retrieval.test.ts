import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { UnreadableError } from "../../src/domain/unreadable.ts";
import { ModelError } from "../../src/models/contract.ts";
import type { EmbeddingModel } from "../../src/models/embedding/contract.ts";
import { openReader } from "../../src/reading/reader.ts";
import type { NewDocument } from "../../src/retrieval/contract.ts";
import { reindex } from "../../src/retrieval/reindex.ts";
import { DocumentRetrieval } from "../../src/retrieval/retrieval.ts";
import { RetrievalHealth, vectorCoverage } from "../../src/retrieval/vector-coverage.ts";
import type { Store } from "../../src/store/contract.ts";
import type { DocumentStore } from "../../src/store/documents/contract.ts";
import { errorOf } from "../support/error-of.ts";
import { memoryStore } from "../support/pglite.ts";
import { stubEmbedding } from "../support/stub-embedding.ts";

const never = new AbortController().signal;
const reader = openReader();
let store: Store;
beforeAll(async () => {
  store = await memoryStore();
  await store.migrate();
});
afterAll(() => store.close());

const retrievalWith = (embedding: EmbeddingModel, documents: DocumentStore = store.documents): DocumentRetrieval =>
  new DocumentRetrieval({ documents, embedding, ...reader, system: realSystem, logger: { notEmbedded: () => {} } });
const file = (name: string, content: string, more: Partial<NewDocument> = {}): NewDocument => ({
  collection: "default",
  title: null,
  metadata: {},
  upload: { name, mediaType: "", bytes: new TextEncoder().encode(content) },
  ...more,
});
const listed = async (userId: string): Promise<number> =>
  (await store.documents.list(userId, { collection: null, limit: 100, after: null })).length;

let users = 0;
const newUser = (): string => `user-${users++}`;
const PARTS = "품번,품명,재고\nABC-12345,가이드 블록,137\nABC-12346,가이드 레일,42\nABC-2,볼 너트,7\n";
const LONG = Array.from({ length: 150 }, (_, at) => `# Section ${at}\n\nText of number ${at}.\n`).join("\n");

describe("ingestion", () => {
  test("is done once for the same content in a collection, and nothing is embedded again", async () => {
    const [user, embedding] = [newUser(), stubEmbedding()];
    const retrieval = retrievalWith(embedding);
    const first = await retrieval.ingest(user, file("a.md", "# One\n\ntext"), never);
    expect(first).toMatchObject({ isNew: true, document: { title: "One", chunks: 1, mediaType: "text/markdown" } });
    const again = await retrieval.ingest(user, file("b.txt", "# One\n\ntext", { title: "Another name" }), never);
    expect(again).toEqual({ isNew: false, document: first.document });
    expect(embedding.calls).toEqual([1]);
    expect((await retrieval.ingest(user, file("a.md", "# One\n\ntext", { collection: "other" }), never)).isNew).toBe(
      true,
    );
    expect((await retrieval.ingest(newUser(), file("a.md", "# One\n\ntext"), never)).isNew).toBe(true);
  });

  test("of the same content many times at once stores one document", async () => {
    const user = newUser();
    const retrieval = retrievalWith(stubEmbedding());
    const all = await Promise.all(Array.from({ length: 5 }, () => retrieval.ingest(user, file("a.md", LONG), never)));
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(all.map(({ document }) => document.documentId)).size).toBe(1);
    expect(await listed(user)).toBe(1);
  });

  test.each([
    ["the caller's title", file("notes.md", "# Heading\n\ntext", { title: "Told" }), "Told"],
    ["its own", file("notes.md", "# Heading\n\ntext"), "Heading"],
    ["the file's name", file("C:\\docs\\parts.csv", PARTS), "parts.csv"],
    ["no name at all", file("", "only text."), "untitled"],
  ])("names a document by %s", async (_, document, title) => {
    expect((await retrievalWith(stubEmbedding()).ingest(newUser(), document, never)).document.title).toBe(title);
  });

  test("that fails halfway leaves nothing behind", async () => {
    const user = newUser();
    const failing = stubEmbedding("stub", (call) => {
      if (call === 2) throw new Error("a fault of our own");
    });
    expect(await errorOf(retrievalWith(failing).ingest(user, file("a.md", LONG), never))).toMatchObject({
      message: "a fault of our own",
    });
    expect(failing.calls.length).toBe(2);
    const unreadable = retrievalWith(failing).ingest(user, file("a.csv", "a,b\n1\n"), never);
    expect(await errorOf(unreadable)).toBeInstanceOf(UnreadableError);
    expect(await listed(user)).toBe(0);
    expect(
      await retrievalWith(stubEmbedding()).search(user, { text: "number 3", collection: null, k: 3 }, never),
    ).toEqual([]);
    expect((await retrievalWith(stubEmbedding()).ingest(user, file("a.md", LONG), never)).isNew).toBe(true);
  });

  test("that cannot be embedded is stored for its words, says so, and costs no more calls", async () => {
    const user = newUser();
    const failing = stubEmbedding("stub", (call) => {
      if (call === 2) throw new ModelError("model_unavailable", "Away.", { retryable: true });
    });
    const logged: string[] = [];
    const parts = { documents: store.documents, embedding: failing, ...reader, system: realSystem };
    const retrieval = new DocumentRetrieval({ ...parts, logger: { notEmbedded: (id) => void logged.push(id) } });
    const { document, isNew } = await retrieval.ingest(user, file("a.md", LONG), never);
    const { documentId } = document;
    expect([isNew, logged, failing.calls.length]).toEqual([true, [documentId], 2]);
    expect(await retrieval.embedded(user, [documentId])).toEqual(new Set());
    expect(await retrieval.search(user, { text: "number 99", collection: null, k: 3 }, never)).not.toEqual([]);
    await reindex({ documents: store.documents, embedding: stubEmbedding() }, () => {}, never);
    expect(await retrieval.embedded(user, [documentId])).toEqual(new Set([documentId]));
    expect(await retrieval.embedded(newUser(), [documentId])).toEqual(new Set());
  });

  test("a search uses words while the model does not answer, and ends with its caller", async () => {
    const user = `user-${realSystem.id()}`;
    await retrievalWith(stubEmbedding()).ingest(user, file("a.md", "Bolts are stored in hall seven."), never);
    const away = stubEmbedding("stub", (_call, signal) => {
      signal.throwIfAborted();
      throw new ModelError("model_unavailable", "Away.", { retryable: true });
    });
    const query = { text: "Where are bolts stored?", collection: null, k: 3 };
    const [found] = await retrievalWith(away).search(user, query, never);
    expect(found?.content).toContain("hall seven");
    expect(await errorOf(retrievalWith(away).search(user, query, AbortSignal.abort()))).toBeInstanceOf(Error);
  });

  test("that is aborted halfway leaves nothing behind", async () => {
    const user = newUser();
    const leaving = new AbortController();
    const reason = new Error("gone");
    const embedding = stubEmbedding("stub", (call) => {
      if (call === 2) leaving.abort(reason);
    });
    const failed = retrievalWith(embedding).ingest(user, file("a.md", LONG), leaving.signal);
    expect(await errorOf(failed)).toBe(reason);
    expect(await listed(user)).toBe(0);
  });
});

describe("searching", () => {
  test("finds the one row that answers, and its table", async () => {
    const user = newUser();
    const retrieval = retrievalWith(stubEmbedding());
    const { document } = await retrieval.ingest(
      user,
      file("parts.csv", PARTS, { metadata: { source: "warehouse" } }),
      never,
    );
    const [best] = await retrieval.search(
      user,
      { text: "ABC-12345 부품의 재고는?", collection: "default", k: 3 },
      never,
    );
    expect(best).toMatchObject({
      title: "parts.csv",
      metadata: { source: "warehouse", rows: [1, 1] },
      table: { columns: ["품번", "품명", "재고"], rows: [["ABC-12345", "가이드 블록", "137"]] },
    });
    const table = await retrieval.table(user, document.documentId, 2);
    expect(table?.rows.map(([number]) => number)).toEqual(["ABC-12345", "ABC-12346"]);
    expect(await retrieval.table(newUser(), document.documentId, 2)).toBeNull();
  });

  test("finds only the user's own documents in the named collection", async () => {
    const user = newUser();
    const retrieval = retrievalWith(stubEmbedding());
    await retrieval.ingest(user, file("a.md", "The ferry sails at noon.", { collection: "ships" }), never);
    const query = { text: "when does the ferry sail", k: 3 };
    expect(await retrieval.search(user, { ...query, collection: "ships" }, never)).toHaveLength(1);
    expect(await retrieval.search(user, { ...query, collection: null }, never)).toHaveLength(1);
    expect(await retrieval.search(user, { ...query, collection: "trains" }, never)).toEqual([]);
    expect(await retrieval.search(user, { ...query, collection: ["trains", "ships"] }, never)).toHaveLength(1);
    expect(await retrieval.search(user, { ...query, collection: [] }, never)).toEqual([]);
    expect(await retrieval.search(newUser(), { ...query, collection: "ships" }, never)).toEqual([]);
  });

  test("without vectors in the database uses words and calls no model", async () => {
    const user = newUser();
    const capabilities = async () => ({ vectors: false, reason: "the extension is missing" });
    const documents: DocumentStore = { ...store.documents, capabilities };
    const embedding = stubEmbedding();
    const retrieval = retrievalWith(embedding, documents);
    await retrieval.ingest(user, file("a.md", "The ferry sails at noon."), never);
    expect(await retrieval.search(user, { text: "ferry", collection: null, k: 3 }, never)).toHaveLength(1);
    expect(embedding.calls).toEqual([]);
    const check = new RetrievalHealth({ documents, embedding, system: realSystem });
    expect(await check.look()).toBe("documents are found by full-text search only: the extension is missing");
  });

  test("without vectors and without documents, health describes the documents to come", async () => {
    const capabilities = async () => ({ vectors: false, reason: "the extension is missing" });
    const documents: DocumentStore = { ...store.documents, capabilities, embeddings: async () => [] };
    const check = new RetrievalHealth({
      documents,
      embedding: stubEmbedding(),
      system: realSystem,
    });
    expect(await check.look()).toBe("documents will be searched by full text only: the extension is missing");
  });
});

describe("another embedding model", () => {
  test("is noticed; words find what its vectors do not, and reindexing repairs it even after interruptions", async () => {
    const own = await memoryStore();
    await own.migrate();
    const { documents } = own;
    const old = stubEmbedding("old");
    await retrievalWith(old, documents).ingest("u", file("a.md", LONG), never);
    await retrievalWith(old, documents).ingest("v", file("b.md", `${LONG}\n\nThe ferry sails.`), never);
    const health = (embedding: EmbeddingModel) =>
      new RetrievalHealth({ documents, embedding, system: realSystem }).look();
    expect(await health(old)).toBe("ok");

    const embedding = stubEmbedding("new");
    expect(await health(embedding)).toStartWith("300 of 300 chunks");
    expect(await health(embedding)).toContain("yeoul reindex");
    const found = await retrievalWith(embedding, documents).search(
      "v",
      { text: "ferry", collection: null, k: 3 },
      never,
    );
    expect(found).toHaveLength(1);

    const interrupted = new AbortController();
    const reported: { readonly done: number; readonly total: number }[] = [];
    const stopped = reindex(
      { documents, embedding },
      (progress) => {
        reported.push(progress);
        if (progress.done === 128) interrupted.abort(new Error("Ctrl-C"));
      },
      interrupted.signal,
    );
    await expect(stopped).rejects.toThrow("Ctrl-C");
    expect(reported.map(({ done, total }) => [done, total])).toEqual([
      [64, 300],
      [128, 300],
    ]);
    expect(await vectorCoverage(documents, embedding)).toMatchObject({ chunks: 300, behind: 172 });

    expect(await reindex({ documents, embedding }, () => {}, never)).toBe(172);
    expect(await reindex({ documents, embedding }, () => {}, never)).toBe(0);
    expect(await health(embedding)).toBe("ok");
    await own.close();
  });

  test("with an unknown dimension is called for one vector", async () => {
    const embedding = stubEmbedding();
    await retrievalWith(embedding).ingest(newUser(), file("a.md", "Something."), never);
    const calls = embedding.calls.length;
    await reindex({ documents: store.documents, embedding: { ...embedding, dimension: null } }, () => {}, never);
    expect(embedding.calls[calls]).toBe(1);
  });
});
