import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { DocumentSearch } from "../../src/store/documents/contract.ts";
import { chunk, draft, words } from "../support/documents.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const near = (model: string, vector: readonly number[], change: Partial<DocumentSearch> = {}) =>
  words("", { embedding: { model, vector, trust: 1 }, ...change });

/** What a store does with vectors, or without them when its database has no support. */
export const storeComparesVectors = (under: StoreUnderTest, hasVectors: boolean): void => {
  const someone = () => `user-${realSystem.id()}`;
  const embedded = (content: string, ...vector: readonly number[]) => chunk(content, { vector });

  test("the store says whether it has vectors", async () => {
    expect(await under.store.documents.capabilities()).toEqual(
      hasVectors ? { vectors: true, reason: null } : { vectors: false, reason: expect.stringContaining("pgvector") },
    );
  });

  if (!hasVectors) {
    test("without vectors, words find a document that has them", async () => {
      const { documents } = under.store;
      const userId = someone();
      const there = draft(userId, { model: "m" });
      await documents.put(there, [[embedded("하늘", 1, 0)]]);
      const found = await documents.search(userId, near("m", [1, 0], { text: "하늘" }));
      expect(found).toMatchObject([{ content: "하늘", score: 1, vector: null, lexical: { rank: 1, score: 1 } }]);
      expect(await documents.search(userId, near("m", [1, 0]))).toEqual([]);
      expect(await documents.unembedded("m", 2, null, 10)).toEqual([]);
      expect(await documents.embedded(userId, [there.documentId], "m")).toEqual(new Set());
      expect(await documents.setEmbeddings("m", [{ ...there, ordinal: 0, vector: [1, 0] }])).toBe(0);
      expect(await documents.embeddings()).toEqual([{ model: null, dimension: null, chunks: expect.any(Number) }]);
      expect(await documents.delete(userId, there.documentId)).toBe(true);
    });
    return;
  }

  test("the nearest come first, with their cosine, whatever the length of the vectors", async () => {
    const userId = someone();
    await under.store.documents.put(draft(userId, { model: "m" }), [
      [embedded("far", 0, 5), embedded("near", 30, 1), embedded("between", 1, 1), embedded("no direction", 0, 0)],
    ]);
    const found = await under.store.documents.search(userId, near("m", [2, 0]));
    expect(found.map(({ content }) => content)).toEqual(["near", "between", "far"]);
    expect(found.map(({ vector }) => vector?.rank)).toEqual([1, 2, 3]);
    expect(found[1]?.vector?.score).toBeCloseTo(Math.SQRT1_2, 5);
    expect(found[1]?.score).toBeCloseTo(Math.SQRT1_2, 5);
    expect(found.every(({ lexical }) => lexical === null)).toBe(true);
    expect(await under.store.documents.search(userId, near("m", [0, 0]))).toEqual([]);
  });

  test("what both words and vectors find comes before what one of them finds", async () => {
    const userId = someone();
    await under.store.documents.put(draft(userId, { model: "m" }), [
      [chunk("사과"), embedded("사과 나무", 1, 0.1), embedded("바다", 1, 0)],
    ]);
    const found = await under.store.documents.search(userId, near("m", [1, 0], { text: "사과" }));
    expect(found[0]?.content).toBe("사과 나무");
    expect(found).toHaveLength(3);
    for (const { score } of found) expect(score).toBeWithin(0, 1.000001);
  });

  test("vectors of different models and dimensions coexist and are never compared", async () => {
    const userId = someone();
    await under.store.documents.put(draft(userId, { model: "a" }), [
      [embedded("two", 1, 0), embedded("three", 1, 0, 0)],
    ]);
    await under.store.documents.put(draft(userId, { model: "b'\\" }), [[embedded("other", 1, 0)]]);
    const long = Array.from({ length: 3_072 }, (_, at) => at % 7);
    const longest = Array.from({ length: 5_000 }, (_, at) => at % 5);
    await under.store.documents.put(draft(userId, { model: "a" }), [
      [embedded("long", ...long), embedded("longest", ...longest)],
    ]);
    const contents = async (model: string, vector: readonly number[]) =>
      (await under.store.documents.search(userId, near(model, vector))).map(({ content }) => content);
    expect(await contents("a", [1, 0])).toEqual(["two"]);
    expect(await contents("a", [1, 0, 0])).toEqual(["three"]);
    expect(await contents("b'\\", [1, 0])).toEqual(["other"]);
    expect(await contents("a", long)).toEqual(["long"]);
    expect(await contents("a", longest)).toEqual(["longest"]);
    expect(await contents("c", [1, 0])).toEqual([]);
  });

  test("vectors of two users, or of two collections, are never compared", async () => {
    const [one, other] = [someone(), someone()];
    for (let at = 0; at < 3; at++) {
      await under.store.documents.put(draft(one, { model: "m", collection: `c${at}` }), [
        [embedded(`mine ${at}`, 1, at)],
      ]);
      await under.store.documents.put(draft(other, { model: "m", collection: `c${at}` }), [[embedded("theirs", 1, 0)]]);
    }
    const mine = await under.store.documents.search(one, near("m", [1, 0]));
    expect(mine.map(({ content }) => content)).toEqual(["mine 0", "mine 1", "mine 2"]);
    const inOne = await under.store.documents.search(one, near("m", [1, 0], { collection: "c1" }));
    expect(inOne.map(({ content }) => content)).toEqual(["mine 1"]);
  });

  test("chunks of another model are found and embedded again, a few at a time; a deleted one is skipped", async () => {
    const { documents } = under.store;
    const [model, userId] = [`new-${realSystem.id()}`, someone()];
    const there = draft(userId, { model: "old", title: "제목" });
    const gone = draft(userId, { model: "old" });
    await documents.put(there, [[embedded("하나", 1, 0), chunk("둘"), embedded("셋", 0, 1)]]);
    await documents.put(gone, [[embedded("넷", 1, 0)]]);
    const ids = [there.documentId, gone.documentId, "none"];
    expect(await documents.embedded(userId, ids, "old")).toEqual(new Set(ids.slice(0, 2)));
    expect(await documents.embedded(userId, ids, model)).toEqual(new Set());
    expect(await documents.embedded(someone(), ids, "old")).toEqual(new Set());
    expect(await documents.embedded(userId, [], "old")).toEqual(new Set());
    const bare = [];
    for (let after = null; ; ) {
      const some = await documents.unembedded(model, 3, after, 2);
      bare.push(...some.filter((piece) => piece.userId === userId));
      const last = some.at(-1);
      if (last === undefined) break;
      after = last;
    }
    expect(bare.map(({ content }) => content).sort()).toEqual(["넷", "둘", "셋", "하나"]);
    expect(bare.find(({ content }) => content === "둘")).toMatchObject({ title: "제목", headings: [], ordinal: 1 });
    await documents.delete(userId, gone.documentId);
    const vectors = bare.map(({ userId, documentId, ordinal }) => ({
      userId,
      documentId,
      ordinal,
      vector: [1, ordinal, 0],
    }));
    expect(await documents.setEmbeddings(model, vectors)).toBe(3);
    expect(await documents.embeddings()).toContainEqual({ model, dimension: 3, chunks: 3 });
    expect((await documents.search(userId, near(model, [1, 1, 0]))).map(({ content }) => content)[0]).toBe("둘");
    expect(await documents.search(userId, near("old", [1, 0]))).toEqual([]);
  });

  test("a document deleted while it gets other vectors leaves none behind", async () => {
    const { documents } = under.store;
    const [model, userId] = [`race-${realSystem.id()}`, someone()];
    for (let round = 0; round < 10; round++) {
      const there = draft(userId, { model: "old" });
      await documents.put(there, [[embedded("하나", 1, 0)]]);
      await Promise.all([
        documents.setEmbeddings(model, [{ userId, documentId: there.documentId, ordinal: 0, vector: [1, 1] }]),
        documents.delete(userId, there.documentId),
      ]);
    }
    expect((await documents.embeddings()).filter((count) => count.model === model)).toEqual([]);
  });
};
