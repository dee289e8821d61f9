import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { ModelError } from "../../src/models/contract.ts";
import { openEmbedding } from "../../src/models/embedding/open.ts";
import { embeddingServer, openAiEmbeddings, vectorFor } from "../support/embedding-server.ts";
import { noModelLogger } from "../support/no-model-logger.ts";

const never = new AbortController().signal;

/** A server that takes so many texts in a call, so long ones, and so many characters in all. */
const limited = async (
  takes: { readonly texts?: number; readonly length?: number; readonly total?: number },
  status = 400,
  message = "Value error, batch size is invalid, it should not be larger than 10.",
) => {
  const server = embeddingServer(openAiEmbeddings);
  const slept: number[] = [];
  const lines: { texts: number; characters: number }[] = [];
  const failures: ModelError[] = [];
  const model = await openEmbedding(
    { provider: "compatible", model: "stand-in" },
    {
      providers: { compatible: { baseUrl: `${server.url}/v1` } },
      system: { ...realSystem, sleep: async (ms) => void slept.push(ms) },
      logger: {
        ...noModelLogger,
        limited: ({ texts, characters }) => void lines.push({ texts, characters }),
        failed: (error) => void failures.push(error),
      },
    },
  );
  const { texts: most = Infinity, length = Infinity, total = Infinity } = takes;
  const answer = (texts: readonly string[]): Response => {
    const sum = texts.reduce((all, text) => all + text.length, 0);
    const isRefused = texts.length > most || texts.some((text) => text.length > length) || sum > total;
    if (isRefused) return Response.json({ error: { message } }, { status });
    return Response.json(openAiEmbeddings.answer(texts.map(vectorFor)));
  };
  server.reply(...Array.from({ length: 1_000 }, () => answer));
  const sizes = () => server.received.map(({ texts }) => texts.length);
  return { server, model, sizes, lines, failures, slept, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
};

const TEXTS = Array.from({ length: 40 }, (_, at) => `text ${at} ${"x".repeat(at)}`);

test("a server that accepts ten texts a call gets at most ten, all vectors are returned, and the limit is remembered", async () => {
  await using started = await limited({ texts: 10 });
  const { model, sizes, lines, slept } = started;
  expect(await model.embed(TEXTS, "document", never)).toEqual(TEXTS.map(vectorFor));
  const before = sizes().length;
  expect(await model.embed(TEXTS, "document", never)).toEqual(TEXTS.map(vectorFor));
  expect(sizes().slice(before)).toEqual([10, 10, 10, 10]);
  expect(lines.at(-1)).toEqual({ texts: 10, characters: 6_000 });
  expect(slept).toEqual([]);
});

test.each([
  [400, "This model's maximum context length is 512 tokens"],
  [413, "Payload too large"],
  [422, "inputs must have less than 512 tokens"],
  [500, "input is too large to process. increase the physical batch size"],
])(
  "a text that is too long (%i) is shortened, the others are not, and the length is remembered",
  async (status, message) => {
    await using started = await limited({ length: 1_000 }, status, message);
    const { model, server, lines, sizes } = started;
    const texts = ["a".repeat(5_000), "short", "b".repeat(900)];
    const vectors = await model.embed(texts, "document", never);
    expect(vectors.map(([length]) => length)).toEqual([625, 5, 625]);
    expect(lines.at(-1)).toEqual({ texts: 96, characters: 625 });
    const before = sizes().length;
    await model.embed(["c".repeat(5_000), "d".repeat(5_000)], "document", never);
    expect(server.received.slice(before).map(({ texts: sent }) => sent.map(({ length }) => length))).toEqual([
      [625, 625],
    ]);
  },
);

test("a server that counts the characters of a whole call gets fewer texts, not shorter ones", async () => {
  await using started = await limited({ total: 20_000 });
  const { model, lines } = started;
  const texts = Array.from({ length: 16 }, () => "a".repeat(5_000));
  expect((await model.embed(texts, "document", never)).every(([length]) => length === 5_000)).toBe(true);
  expect(lines.at(-1)).toEqual({ texts: 4, characters: 6_000 });
});

test("a server that accepts nothing is called a bounded number of times, and the failure is logged once", async () => {
  await using started = await limited({ texts: 0 });
  const { model, sizes, lines, failures } = started;
  await expect(model.embed(TEXTS, "document", never)).rejects.toBeInstanceOf(ModelError);
  expect(sizes().length).toBeLessThan(16);
  expect([lines, failures.length]).toEqual([[], 1]);
});

test.each([
  [401, "bad key"],
  [404, "no such model"],
])("%i is not taken for a limit", async (status, message) => {
  await using started = await limited({ texts: 0 }, status, message);
  const { model, sizes } = started;
  await expect(model.embed(TEXTS, "document", never)).rejects.toBeInstanceOf(ModelError);
  expect(sizes()).toEqual([40]);
});
