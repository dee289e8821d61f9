import { describe, expect, test } from "bun:test";
import type { EmbeddingModel } from "../../src/models/embedding/contract.ts";

const never = new AbortController().signal;

export const cosine = (a: readonly number[], b: readonly number[]): number => {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

/** What every embedding model must do, whichever provider is behind it. */
export const embeddingConformance = (
  name: string,
  using: (work: (model: EmbeddingModel) => Promise<void>) => Promise<void>,
): void => {
  describe(name, () => {
    test("returns one vector for each text, in order, all of one length, finite and not zero", () =>
      using(async (model) => {
        const texts = Array.from({ length: 250 }, (_, at) => `문장 ${"x".repeat(at)} number ${at}`);
        const vectors = await model.embed(texts, "document", never);
        expect(vectors).toHaveLength(250);
        const lengths = new Set(vectors.map((vector) => vector.length));
        expect([...lengths]).toEqual([model.dimension ?? -1]);
        expect(vectors.flat().every(Number.isFinite)).toBe(true);
        const [single] = await model.embed([texts[117] ?? ""], "document", never);
        expect(cosine(single ?? [], vectors[117] ?? [])).toBeCloseTo(1);
        for (const vector of vectors) expect(vector.some((value) => value !== 0)).toBe(true);
      }));

    test("returns no vectors for no texts", () =>
      using(async (model) => expect(await model.embed([], "query", never)).toEqual([])));

    test("accepts texts that are very long, blank or half a character", () =>
      using(async (model) => {
        expect(await model.embed(["가나다 ".repeat(50_000), "", " ", "\ud83c", "!?"], "document", never)).toHaveLength(
          5,
        );
      }));

    test("throws the signal's reason once that has aborted", () =>
      using(async (model) => {
        const reason = new Error("gone");
        await expect(model.embed(["a"], "query", AbortSignal.abort(reason))).rejects.toBe(reason);
      }));
  });
};
