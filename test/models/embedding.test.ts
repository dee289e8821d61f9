import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { stopWords } from "../../src/domain/stop-words.ts";
import { realSystem, type System } from "../../src/domain/system.ts";
import { ModelError } from "../../src/models/contract.ts";
import { builtinEmbedding } from "../../src/models/embedding/builtin.ts";
import { openEmbedding } from "../../src/models/embedding/open.ts";
import type { ModelLogger } from "../../src/models/logger.ts";
import { providerNamed, providers } from "../../src/models/providers/index.ts";
import { cosine, embeddingConformance } from "../conformance/embedding.ts";
import { KEY } from "../conformance/model-kit.ts";
import {
  bedrockEmbeddings,
  type EmbeddingWire,
  embeddingServer,
  googleEmbeddings,
  openAiEmbeddings,
  vectorFor,
  vertexEmbeddings,
} from "../support/embedding-server.ts";
import { measureBlocking } from "../support/measure-blocking.ts";
import { noModelLogger } from "../support/no-model-logger.ts";

const never = new AbortController().signal;

const slept: number[] = [];
const system: System = { ...realSystem, random: () => 0.5, sleep: async (ms) => void slept.push(ms) };
const failures: ModelError[] = [];
const logger: ModelLogger = { ...noModelLogger, failed: (error) => void failures.push(error) };

const wires = {
  openai: openAiEmbeddings,
  google: googleEmbeddings,
  azure: openAiEmbeddings,
  bedrock: bedrockEmbeddings,
  vertex: vertexEmbeddings,
  cohere: openAiEmbeddings,
  mistral: openAiEmbeddings,
  openrouter: openAiEmbeddings,
  ollama: openAiEmbeddings,
  compatible: openAiEmbeddings,
} as const;
type Provider = keyof typeof wires;
const keyOf = (provider: Provider): string =>
  Object.values(providerNamed(provider).variables).find(({ holds }) => holds === "secret")?.name ?? "";
/** Of Amazon Bedrock's families of models, one takes many texts in a call. */
const modelOf = (provider: Provider): string => (provider === "bedrock" ? "cohere.embed-stand-in" : "stand-in");
const PROVIDERS = Object.keys(wires) as Provider[];

test("every provider with embeddings is tested against their contract", () => {
  const remote = providers.filter(({ hasIds, openEmbedding }) => hasIds && openEmbedding !== null);
  expect(PROVIDERS.toSorted()).toEqual(remote.map(({ name }) => name).toSorted() as Provider[]);
});

const start = async (provider: Provider) => {
  const server = embeddingServer(wires[provider]);
  const access = { apiKey: KEY, baseUrl: `${server.url}/v1`, region: "eu-central-1" };
  const model = await openEmbedding(
    { provider, model: modelOf(provider) },
    { providers: { [provider]: access }, system, logger },
  );
  return { server, model, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
};

for (const provider of PROVIDERS) {
  embeddingConformance(provider, async (work) => {
    await using started = await start(provider);
    await work(started.model);
  });
}
embeddingConformance("built in", (work) => work(builtinEmbedding()));

const backwards = (wire: EmbeddingWire, count: number): string => {
  const answer = wire.answer(Array.from({ length: count }, () => [1]));
  (answer as { data?: unknown[] }).data?.reverse();
  return JSON.stringify(answer);
};

describe.each(PROVIDERS)("%s", (provider) => {
  const failureOf = async (answer: (texts: readonly string[]) => Response, times = 4): Promise<ModelError> => {
    await using started = await start(provider);
    started.server.reply(...Array.from({ length: times }, () => answer));
    failures.length = 0;
    const thrown = await started.model.embed(["one", "two"], "document", never).catch((error: unknown) => error);
    if (!(thrown instanceof ModelError)) throw new Error("It did not fail", { cause: thrown });
    // Nobody else logs it, and the line names the model.
    expect(failures).toEqual([thrown]);
    expect(thrown.model).toBe(started.model.id);
    return thrown;
  };
  const wire = wires[provider];

  test("receives its key and as many texts at once as it accepts", async () => {
    await using started = await start(provider);
    await started.model.embed(
      Array.from({ length: 200 }, (_, at) => `text ${at}`),
      "document",
      never,
    );
    const { received } = started.server;
    expect(received.map(({ texts }) => texts.length)).toEqual([96, 96, 8]);
    const [first] = received;
    expect(
      [first?.headers.get("authorization"), first?.headers.get("x-goog-api-key"), first?.headers.get("api-key")].join(),
    ).toContain(KEY);
  });

  test("receives at most 100,000 characters at once and at most 6,000 of each text", async () => {
    await using started = await start(provider);
    await started.model.embed(
      Array.from({ length: 40 }, () => "가".repeat(7_000)),
      "document",
      never,
    );
    expect(started.server.received.map(({ texts }) => texts.length)).toEqual([16, 16, 8]);
    expect(started.server.received[0]?.texts[0]).toHaveLength(6_000);
  });

  test.each([
    ["twenty megabytes", `{"data":"${"x".repeat(2e7)}"}`],
    ["a million lists", `{"data":[${"[],".repeat(1e6)}[]],"embeddings":[]}`],
    ["nested lists", `{"data":${"[".repeat(1e5)}${"]".repeat(1e5)}}`],
    [
      "values that are no numbers, 400,000 times",
      JSON.stringify(wire.answer([[1], [2]])).replace("[1]", `[${"1e999,".repeat(4e5)}1]`),
    ],
    [
      "strings in place of numbers, 400,000 times",
      JSON.stringify(wire.answer([[1], [2]])).replace("[1]", `[${'"a",'.repeat(4e5)}1]`),
    ],
    ["200,000 names", `{"data":[],"embeddings":[],${Array.from({ length: 2e5 }, (_, at) => `"${at}x":1`)}}`],
    ["a vector for each of 100,000 texts, backwards", backwards(wire, 1e5)],
  ])("%s in place of vectors do not block the event loop", async (_, body) => {
    const { result, blockedMs } = await measureBlocking(() => failureOf(() => new Response(body)));
    expect(result.code).toBe("model_unavailable");
    expect(blockedMs).toBeLessThan(250);
  });

  test.each([
    ["twenty megabytes", `{"data":"${"x".repeat(2e7)}"}`],
    ["lists in lists", `{"data":${"[".repeat(1e5)}${"]".repeat(1e5)}}`],
  ])("%s for vectors are not asked for again", async (_, body) => {
    expect(await failureOf(() => new Response(body))).toMatchObject({ retryable: false });
  });

  test("an error of twenty megabytes is reported by its status", async () => {
    const { result, blockedMs } = await measureBlocking(() =>
      failureOf(() => new Response("[".repeat(2e7), { status: 400 })),
    );
    expect(result.message).toContain("HTTP 400");
    expect(blockedMs).toBeLessThan(250);
  });

  test("compressed vectors, which were not requested, are neither inflated nor requested again", async () => {
    const answer = () => new Response("\u001f", { headers: { "content-encoding": "gzip" } });
    expect(await failureOf(answer, 1)).toMatchObject({
      retryable: false,
      remedy: expect.stringContaining("compresses"),
    });
  });

  test("is called again after a transient failure", async () => {
    await using started = await start(provider);
    started.server.reply(
      () => new Response("{}", { status: 503 }),
      () => new Response("{}", { status: 429, headers: { "retry-after": "7" } }),
    );
    slept.length = 0;
    failures.length = 0;
    expect(await started.model.embed(["abc", "de"], "query", never)).toEqual([vectorFor("abc"), vectorFor("de")]);
    expect(slept).toEqual([750, 7_500]);
    expect(failures).toEqual([]);
  });

  test("is not called again after a permanent failure; the remedy names the key's variable, and nothing the key", async () => {
    const error = await failureOf(() => Response.json({ error: { message: `bad key ${KEY}` } }, { status: 401 }), 1);
    expect(error).toMatchObject({ code: "model_unavailable", retryable: false });
    expect(error.remedy).toContain(keyOf(provider));
    expect(`${error.message} ${error.remedy}`).not.toContain(KEY);
  });

  test.each([
    ["too few vectors", [[1, 2, 3]]],
    ["too many", [[1], [2], [3]]],
    ["different lengths", [[1, 2], [1]]],
    ["no numbers", [["a"], [null]]],
    [
      "nothing but zeros",
      [
        [0, 0],
        [1, 2],
      ],
    ],
    ["empty ones", [[], []]],
  ])("that gives %s has failed", async (_, vectors) => {
    expect(await failureOf(() => Response.json(wire.answer(vectors)))).toMatchObject({ code: "model_unavailable" });
  });

  test("that answers with something other than vectors has failed", async () => {
    for (const body of ["not JSON", "{}", "[]", '{"data":7,"embeddings":7}']) {
      expect(await failureOf(() => new Response(body))).toMatchObject({ code: "model_unavailable" });
    }
  });

  test("without a server at its address has failed", async () => {
    const access = { apiKey: KEY, baseUrl: "http://127.0.0.1:9/v1", region: "eu-central-1" };
    const model = await openEmbedding({ provider, model: "x" }, { providers: { [provider]: access }, system, logger });
    await expect(model.embed(["a"], "query", never)).rejects.toMatchObject({
      code: "model_unavailable",
      retryable: true,
    });
  });
});

test.each(["openai", "mistral", "compatible"] as const)(
  "%s: vectors that come in another order are sorted by their index",
  async (provider) => {
    await using started = await start(provider);
    started.server.reply((texts) => {
      const { data, ...rest } = openAiEmbeddings.answer(texts.map(vectorFor)) as { data: unknown[] };
      return Response.json({ ...rest, data: data.toReversed() });
    });
    expect(await started.model.embed(["a", "bb", "ccc"], "document", never)).toEqual(["a", "bb", "ccc"].map(vectorFor));
  },
);

test("google receives the purpose of a text", async () => {
  await using started = await start("google");
  await started.model.embed(["a"], "query", never);
  await started.model.embed(["a"], "document", never);
  const bodies = started.server.received.map(({ body }) => JSON.stringify(body));
  expect(bodies[0]).toContain("RETRIEVAL_QUERY");
  expect(bodies[1]).toContain("RETRIEVAL_DOCUMENT");
});

describe("the built-in embedding", () => {
  const model = builtinEmbedding();
  const likeness = async (one: string, other: string): Promise<number> => {
    const [a = [], b = []] = await model.embed([one, other], "document", never);
    return cosine(a, b);
  };

  test("has length 1 for any text that is not blank, and is the same every time", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), async (text) => {
        const [[one = []] = [], [other = []] = []] = [
          await model.embed([text], "document", never),
          await model.embed([text], "query", never),
        ];
        expect(one).toEqual(other);
        expect(Math.hypot(...one)).toBeCloseTo(text.trim() === "" ? 0 : 1, 9);
      }),
    );
  });

  test("finds 재고 in 재고는, for any composition and spacing", async () => {
    expect(await likeness("재고는", "재고")).toBeGreaterThan(0.9);
    expect(await likeness("재고 관리", "재고관리")).toBeGreaterThan(0.6);
    expect(await likeness("재고 관리", "재고 관리".normalize("NFD"))).toBeCloseTo(1);
    expect(await likeness("ABC-12345 부품", "ＡＢＣ－１２３４５ 부품")).toBeCloseTo(1);
  });

  test("is nearer for a question and its answer than for another text", async () => {
    const question = "How many days of sick leave are paid?";
    expect(await likeness(question, "Ten days of sick leave a year are paid in full.")).toBeGreaterThan(
      await likeness(question, "The espresso machine is descaled every month."),
    );
  });

  test("has a new id when its vectors change, because stored ones must be replaced", async () => {
    const [vector = []] = await model.embed(["여울 is where a stream runs fast, 2 m/s"], "document", never);
    const sum = vector.reduce((total, value, at) => total + value * Math.sin(at + 1), 0);
    const words = Bun.hash.crc32([...stopWords].join(" "));
    expect([model.id, model.dimension, sum.toFixed(9), words]).toEqual(["builtin:1", 512, "0.487214471", 783017594]);
  });
});
