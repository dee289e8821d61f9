import { describe, expect, spyOn, test } from "bun:test";
import fc from "fast-check";
import { ChatAnswer } from "../../src/models/chat-answer.ts";
import type { Chunk } from "../../src/models/chat-chunk.ts";
import { RepeatedChunk } from "../../src/models/repeated-chunk.ts";

const chunk = (content: unknown, more: object = {}, choice: object = {}): object => ({
  id: "c1",
  object: "chat.completion.chunk",
  choices: [{ index: 0, delta: { content, ...more }, finish_reason: null, ...choice }],
});

const END = JSON.stringify({ choices: [{ delta: {}, finish_reason: "stop" }] });

/** Returns what an answer makes of these events, one by one. */
const read = (events: readonly string[]): unknown => {
  const answer = new ChatAnswer({
    model: "m",
    request: { system: "", messages: [], tools: [] },
    failureContext: { keyVariable: "MODEL_API_KEY", now: () => 0 },
    newId: () => "new",
  });
  for (const data of events) answer.take(data);
  answer.end();
  const { failure, over } = answer;
  // Texts may be cut in other places.
  const joined: { type: string; delta?: string }[] = [];
  for (const part of answer.parts) {
    const last = joined.at(-1);
    if (part.type === "text" && last?.type === "text") last.delta += part.delta;
    else joined.push({ ...part });
  }
  return { parts: joined, failure: failure?.message, over };
};

/** The same, where nothing is ever learnt. */
const readParsed = (events: readonly string[]): unknown => {
  const learn = spyOn(RepeatedChunk.prototype, "learn").mockImplementation(() => {});
  try {
    return read(events);
  } finally {
    learn.mockRestore();
  }
};

const escapes = (json: string): string =>
  json.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

const texts = fc.oneof(
  fc.constantFrom(
    "word ",
    'a "quote"',
    "back\\slash",
    "line\nbreak",
    '"content":"',
    "</think>",
    "",
    "울림",
    "\u2028",
    '","x":"',
  ),
  fc.string({ unit: "binary", maxLength: 8 }),
);
const extras = fc.constantFrom<object>(
  {},
  { role: "assistant" },
  { reasoning_content: "hm" },
  { reasoning_content: null, refusal: null },
  { reasoning_opaque: "o" },
  { tool_calls: [{ index: 0, id: "t", function: { name: "f", arguments: "{}" } }] },
  { message: { content: "inner" } },
);
const choices = fc.constantFrom<object>(
  {},
  { logprobs: { content: [] } },
  { finish_reason: "length" },
  { usage: { prompt_tokens: 3, completion_tokens: 4 } },
  { error: { message: "broken" } },
  { note: 'a "content":"quoted" note' },
);
const events = fc.oneof(
  { weight: 6, arbitrary: texts.map((text) => JSON.stringify(chunk(text))) },
  { weight: 1, arbitrary: texts.map((text) => escapes(JSON.stringify(chunk(text)))) },
  {
    weight: 1,
    arbitrary: texts.map((text) => JSON.stringify(chunk(text)).replaceAll(":", ": ").replaceAll(",", ", ")),
  },
  { weight: 1, arbitrary: texts.map((text) => JSON.stringify(chunk(text)).replace('"content"', '"\\u0063ontent"')) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(texts, extras, choices)
      .map(([text, more, choice]) => JSON.stringify(chunk(text, more, choice))),
  },
  { weight: 1, arbitrary: fc.constantFrom("{", '{"error":{"message":"m"}}', '{"choices":[]}', END, "[DONE]", "null") },
);

describe("an answer whose chunks differ in their text alone", () => {
  test("is read as one of which every chunk is parsed, whatever comes between", () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 12 }), (all) => {
        expect(read([...all, END])).toEqual(readParsed([...all, END]));
      }),
      { numRuns: 2_000 },
    );
  });

  test("has its later chunks read without being parsed", () => {
    const words = ["one ", "two ", "three ", "네 "].map((text) => JSON.stringify(chunk(text)));
    const parse = spyOn(JSON, "parse");
    try {
      expect(read([...words, END])).toMatchObject({ parts: [{ delta: "one two three 네 " }, { type: "finish" }] });
      // The first, the one that shows what the form is, and the end.
      expect(
        parse.mock.calls.map(([json]) => String(json).includes("three") || String(json).includes("네")),
      ).not.toContain(true);
    } finally {
      parse.mockRestore();
    }
  });
});

describe("a form", () => {
  const learnt = (data: string): RepeatedChunk => {
    const repeated = new RepeatedChunk();
    repeated.learn(data, JSON.parse(data) as Chunk);
    return repeated;
  };
  const plain = JSON.stringify(chunk("a"));

  test("is that of the chunk around its text", () => {
    const repeated = learnt(plain);
    expect(repeated.textOf(JSON.stringify(chunk("b c")))).toBe("b c");
    expect(repeated.textOf(JSON.stringify(chunk("")))).toBe("");
    expect(repeated.textOf(JSON.stringify(chunk('"')))).toBeUndefined();
    expect(repeated.textOf(plain.replace("c1", "c2"))).toBeUndefined();
    expect(repeated.textOf(JSON.stringify(chunk("x".repeat(1024))))).toBeUndefined();
  });

  test.each([
    ["of a chunk with reasoning", JSON.stringify(chunk("a", { reasoning: "r" }))],
    ["of a chunk that ends the answer", JSON.stringify(chunk("a", {}, { finish_reason: "stop" }))],
    ["of a chunk with usage", JSON.stringify({ ...chunk("a"), usage: { prompt_tokens: 1 } })],
    ["of a chunk with two texts", JSON.stringify({ ...chunk("a"), content: "a" })],
    [
      "whose text would be that of another object",
      plain.replace('"content"', '"\\u0063ontent"').replace('"index":0', '"content":"a"'),
    ],
  ])("is not learnt %s", (_what, data) => {
    expect(learnt(data).textOf(data)).toBeUndefined();
  });

  test("is learnt a few times in an answer, for servers whose chunks always differ", () => {
    const repeated = new RepeatedChunk();
    const padded = (pad: string) => JSON.stringify({ ...chunk("a"), obfuscation: pad });
    for (const pad of ["1", "22", "3", "44", "5"]) repeated.learn(padded(pad), JSON.parse(padded(pad)) as Chunk);
    expect(repeated.textOf(padded("44"))).toBe("a");
    expect(repeated.textOf(padded("5"))).toBeUndefined();
  });
});
