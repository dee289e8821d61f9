import { expect, test } from "bun:test";
import fc from "fast-check";
import { Answer } from "../../src/models/answer.ts";
import { ChatAnswer } from "../../src/models/chat-answer.ts";
import type { ModelPart } from "../../src/models/contract.ts";
import type { TextBody } from "../../src/upstream/contract.ts";

/** Reads a body that comes in these pieces. Returns the parts, and what the call fails with. */
const read = async (pieces: readonly string[]): Promise<{ parts: ModelPart[]; error: unknown }> => {
  const body: TextBody = {
    pour: (sink) => {
      for (const piece of pieces) sink.text(piece);
      sink.end();
    },
    pause: () => {},
    resume: () => {},
    finish: () => {},
    cancel: () => {},
  };
  const chat = new ChatAnswer({
    model: "compatible:x",
    request: { system: "", messages: [], tools: [] },
    failureContext: { keyVariable: "K", now: () => 0 },
    newId: () => "new",
  });
  const parts: ModelPart[] = [];
  const answer = new Answer(body, chat, new AbortController().signal, (part) => void parts.push(part));
  const error = await answer.read().catch((thrown: unknown) => thrown);
  return { parts, error };
};

const usage = { prompt_tokens: 3, completion_tokens: 2 };
const USAGE = { inputTokens: 3, outputTokens: 2 };
const message = {
  role: "assistant",
  content: "<think>hm</think>\nHi.",
  tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: { x: 1 } } }],
};
const WHOLE = {
  id: "1",
  object: "chat.completion",
  choices: [{ index: 0, message, finish_reason: "tool_calls" }],
  usage,
};
const PARTS = [
  { type: "reasoning", delta: "hm" },
  { type: "text", delta: "Hi." },
  { type: "tool_call", id: "a", name: "f", input: { x: 1 } },
  { type: "finish", reason: "tool_calls", usage: USAGE },
];

const cut = (text: string, cuts: readonly number[]): string[] => {
  const bounds = [0, ...cuts.map((at) => Math.min(at, text.length)).toSorted((a, b) => a - b), text.length];
  return bounds
    .slice(1)
    .map((end, at) => text.slice(bounds[at], end))
    .filter((piece) => piece !== "");
};

test.each([
  ["on one line", JSON.stringify(WHOLE)],
  ["on many lines", `\ufeff\r\n${JSON.stringify(WHOLE, null, 2)}\n`],
  ["in a list", JSON.stringify([WHOLE])],
])("an answer that is JSON instead of a stream, %s, is read, however it is cut", async (_, text) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 6 }), async (cuts) => {
      expect(await read(cut(text, cuts))).toEqual({ parts: PARTS as never, error: undefined });
    }),
    { numRuns: 30 },
  );
});

test("such an answer is complete without a finish reason", async () => {
  const { parts } = await read([JSON.stringify({ choices: [{ message: { content: "Hi." } }] })]);
  expect(parts.at(-1)).toMatchObject({ type: "finish", reason: "stop" });
});

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (content: object, finish_reason: string | null = null) => ({
  choices: [{ delta: content, finish_reason }],
});
const HI = data(delta({ content: "Hi." }));
const END = `${data(delta({}, "stop"))}data: [DONE]\n\n`;

test.each([
  ["an event that is named error", 'event: error\ndata: {"message":"busy","code":429}\n\n', "model_rate_limited"],
  ["the same with its error inside", 'event: error\ndata: {"error":{"type":"overloaded"}}\n\n', "model_unavailable"],
  ["an error in the choice", data({ choices: [{ error: { code: 429 }, delta: {} }] }), "model_rate_limited"],
  ["an error in a list", data([{ error: { code: 429 } }]), "model_rate_limited"],
  ["an error that is a text", data({ error: "Rate limit reached" }), "model_rate_limited"],
  ["an object error", data({ object: "error", message: "m", code: 429 }), "model_rate_limited"],
  [
    "only an error in the server's own form",
    data({ code: "1302", message: "Too many requests" }),
    "model_rate_limited",
  ],
  ["only an error in FastAPI's form", data({ detail: "boom" }), "model_unavailable"],
  ["network_error", data(delta({}, "network_error")), "model_unavailable"],
  ["an end without a finish reason", "data: [DONE]\n\n", "model_unavailable"],
  ["an end with an empty finish reason", `${data(delta({}, ""))}data: [DONE]\n\n`, "model_unavailable"],
])("half an answer and %s fails after the half is emitted", async (_, frames, code) => {
  const { parts, error } = await read([HI + frames]);
  expect(parts).toEqual([{ type: "text", delta: "Hi." }]);
  expect(error).toMatchObject({ code, usage: { outputTokens: expect.any(Number), isEstimated: true } });
});

test.each([
  ["an empty error beside content", data({ ...delta({ content: "Hi." }), error: {} }) + END],
  [
    "an error of empty fields",
    data({ ...delta({ content: "Hi." }), error: { message: "", code: 0, param: null } }) + END,
  ],
  ["an empty finish reason in every chunk", data(delta({ content: "Hi." }, "")) + END],
  ["an event of another kind", data({ type: "ping" }) + data({ code: 1, message: "queued" }) + HI + END],
  ["no [DONE]", HI + data(delta({}, "stop"))],
  ["an event that has a name", `event: message\n${HI}${END}`],
])("%s does not affect an answer", async (_, frames) => {
  expect(await read([frames])).toMatchObject({ parts: [{ delta: "Hi." }, { reason: "stop" }], error: undefined });
});

test.each([
  ["beside the choices", [data({ ...delta({ content: "Hi." }), usage })]],
  ["in a last chunk of its own", [HI, data({ choices: [], usage })]],
  ["in the choice", [HI, data({ choices: [{ delta: {}, usage }] })]],
  ["under x_groq", [HI, data({ ...delta({}), x_groq: { id: "1", usage } })]],
  [
    "in every chunk, with zeros at the end",
    [
      data({ ...delta({ content: "Hi." }), usage }),
      data({ ...delta({}), usage: { prompt_tokens: 0, completion_tokens: 0 } }),
    ],
  ],
])("usage is found %s", async (_, frames) => {
  const { parts } = await read([frames.join("") + END]);
  expect(parts.at(-1)).toMatchObject({ usage: USAGE });
  expect(parts.at(-1)).not.toHaveProperty("usage.isEstimated");
});

test("a body of more than a mebibyte of JSON fails", async () => {
  const { error } = await read([`{"x":"${"y".repeat(2 ** 20)}`, '"}']);
  expect(error).toMatchObject({ code: "model_unavailable" });
});
