import { afterAll, beforeAll, expect, test } from "bun:test";
import { LANGUAGES, measure } from "../../bench/quality.ts";
import { builtinEmbedding } from "../../src/models/embedding/builtin.ts";
import type { Store } from "../../src/store/contract.ts";
import { memoryStore } from "../support/pglite.ts";

let store: Store;
beforeAll(async () => {
  store = await memoryStore();
  await store.migrate();
});
afterAll(() => store.close());

// Floors, each three questions below the measured figure. The figures are in bench/RETRIEVAL.md.
test.each(LANGUAGES)("documents are found without a semantic model: %s", async (language) => {
  const { of } = await measure(language, store.documents, builtinEmbedding());
  for (const way of ["lexical", "vector", "hybrid"] as const) {
    expect(of(way, "lexical").questions).toBeGreaterThanOrEqual(25);
    expect(of(way, "lexical").recall).toBeGreaterThanOrEqual(0.87);
  }
  expect(of("hybrid", "lexical").mrr).toBeGreaterThanOrEqual(0.9);
  expect(of("hybrid", null).recall).toBeGreaterThanOrEqual(0.6);
});
