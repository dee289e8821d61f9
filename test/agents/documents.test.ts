import { expect, test } from "bun:test";
import { documentsOf } from "../../src/agents/documents.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { passage } from "../support/stub-retrieval.ts";

const away = new StoreError("unavailable", "away");
const stopped = new Error("stopped");

/** Documents in a store that is away for so many calls; `onSleep` is called before each further attempt. */
const documentsAwayFor = (calls: number, onSleep: () => void = () => {}) => {
  let left = calls;
  const controller = new AbortController();
  const answer = async <T>(value: T): Promise<T> => {
    if (left-- > 0) throw away;
    return value;
  };
  const documents = documentsOf({ search: () => answer([passage("found")]), table: () => answer(null) }, null, {
    userId: "u",
    signal: controller.signal,
    system: { sleep: async () => onSleep() },
  });
  return { documents, controller };
};

test("an agent's search, and its look at a table, wait for a store that is away", async () => {
  let sleeps = 0;
  const { documents } = documentsAwayFor(2, () => sleeps++);
  expect(await documents.search({ text: "a" })).toMatchObject([{ content: "found" }]);
  expect(sleeps).toBe(2);
  expect(await documentsAwayFor(2).documents.table("d", 1)).toBeNull();
});

test("a search stops waiting with its run", async () => {
  const { documents, controller } = documentsAwayFor(Number.POSITIVE_INFINITY, () => controller.abort(stopped));
  expect(await documents.search({ text: "a" }).catch((error: unknown) => error)).toBe(stopped);
});
