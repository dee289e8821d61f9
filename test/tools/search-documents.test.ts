import { expect, test } from "bun:test";
import { callTool } from "../../src/tools/call-tool.ts";
import { searchDocumentsTool } from "../../src/tools/search-documents.ts";
import { passage, stubRetrieval } from "../support/stub-retrieval.ts";
import { finish, toolContext } from "../support/tool-context.ts";

const never = (error: unknown): never => {
  throw error;
};
const BOLTS = passage("Bolts are in aisle 3.", { documentId: "d1", title: "Store" });
const NUTS = passage("Nuts are in aisle 4.", { documentId: "d2", title: "Store", metadata: { page: 2 }, score: 0.25 });

const searches = (retrieval: ReturnType<typeof stubRetrieval>, context = toolContext()) => {
  const tool = searchDocumentsTool((...query) => retrieval.search(...query));
  return (input: unknown) => finish(callTool([tool], { name: "search_documents", input }, context, never));
};

test("passages are numbered for the model, and emitted with the same numbers", async () => {
  const retrieval = stubRetrieval([BOLTS, NUTS]);
  const { events, value } = await searches(retrieval)({ query: "Where are bolts?" });
  expect(value).toEqual({
    output: {
      passages: [
        { number: 1, title: "Store", content: BOLTS.content },
        { number: 2, title: "Store", content: NUTS.content },
      ],
    },
    isError: false,
  });
  expect(events).toEqual([
    {
      type: "sources",
      payload: {
        items: [
          { content: BOLTS.content, metadata: { number: 1, document_id: "d1", title: "Store" }, score: 0.5 },
          { content: NUTS.content, metadata: { page: 2, number: 2, document_id: "d2", title: "Store" }, score: 0.25 },
        ],
      },
    },
  ]);
  expect(retrieval.queries).toEqual([{ userId: "u", text: "Where are bolts?", collection: null, k: 6 }]);
});

test("numbers go on over the searches of a turn, and a passage that is found again keeps its own", async () => {
  const search = searches(stubRetrieval([BOLTS], [NUTS, BOLTS], [BOLTS]));
  await search({ query: "bolts" });
  const second = await search({ query: "nuts" });
  expect(second.value.output).toMatchObject({ passages: [{ number: 2 }, { number: 1 }] });
  expect(second.events).toMatchObject([{ payload: { items: [{ metadata: { number: 2 } }] } }]);
  expect((await search({ query: "bolts again" })).events).toEqual([]);
});

test("another turn begins at 1", async () => {
  const retrieval = stubRetrieval([BOLTS], [NUTS]);
  await searches(retrieval)({ query: "bolts" });
  expect((await searches(retrieval)({ query: "nuts" })).value.output).toMatchObject({ passages: [{ number: 1 }] });
});

test("an agent's collections bound the search", async () => {
  const retrieval = stubRetrieval([BOLTS]);
  const search = searches(retrieval, toolContext({ collections: ["store", "office"] }));
  await search({ query: "bolts" });
  await search({ query: "bolts", collection: "office", count: 2 });
  expect(retrieval.queries.map(({ collection, k }) => [collection, k])).toEqual([
    [["store", "office"], 6],
    ["office", 2],
  ]);
  expect((await search({ query: "bolts", collection: "secret" })).value).toEqual({
    output: { error: "There is no such collection here; there are store, office." },
    isError: true,
  });
  expect(retrieval.queries).toHaveLength(2);
});

test("the model gets a note when nothing was found, and nothing is emitted", async () => {
  const { events, value } = await searches(stubRetrieval([]))({ query: "unicorns" });
  expect(events).toEqual([]);
  expect(value).toMatchObject({ output: { passages: [], note: expect.stringContaining("Nothing was found") } });
});
