import { afterAll, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import type { ModelPart } from "../../src/models/contract.ts";
import { anthropic } from "../../src/models/providers/anthropic.ts";
import { failureFrom, KEY, partsFrom, QUESTION, textOf } from "../conformance/model-kit.ts";
import { type ModelServer, modelServer, replyOf } from "../support/model-server.ts";
import { providerModel } from "../support/provider-model.ts";
import { anthropicMessages } from "../support/wires/anthropic.ts";
import { frame } from "../support/wires/wire.ts";

const servers: ModelServer[] = [];
afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
});
const start = () => {
  const server = modelServer(anthropicMessages);
  servers.push(server);
  return { server, model: providerModel(anthropic, { apiKey: KEY, baseUrl: `${server.url}/v1` }) };
};

const event = (type: string, more: object = {}): string => frame({ type, ...more }, type);
const USAGE = { inputTokens: 12, outputTokens: 5 };
const ANSWER = { reasoning: ["hm"], text: ["Hi", " there."], usage: USAGE, finish: "stop" } as const;

/** What no version of the SDK knows. */
const UNKNOWN: readonly string[] = [
  event("content_block_start", { index: 7, content_block: { type: "hologram", text: "no" } }),
  event("content_block_delta", { index: 7, delta: { type: "text_delta", text: "no" } }),
  event("content_block_delta", { index: 7, delta: { type: "hologram_delta", data: "no" } }),
  event("content_block_stop", { index: 7 }),
  event("content_block_delta", { index: 0, delta: { type: "shimmer_delta", data: "no" } }),
  event("message_weather", { temperature: 21 }),
  'event: ping\ndata: {"type":"ping"}\n\n',
];

test("unknown kinds of events, blocks and deltas are skipped at any position", async () => {
  const { server, model } = start();
  const frames = anthropicMessages.encode(ANSWER);
  server.reply(replyOf(anthropicMessages, ANSWER));
  const expected = await partsFrom(model);
  for (let at = 0; at <= frames.length; at++) {
    server.reply({ frames: frames.toSpliced(at, 0, ...UNKNOWN) });
    expect(await partsFrom(model)).toEqual(expected);
  }
  server.reply({ frames: frames.flatMap((one) => [...UNKNOWN, one]), split: "bytes" });
  expect(await partsFrom(model)).toEqual(expected);
});

test.each([
  [
    "no usage at the end",
    (text: string) => text.replace(/"usage":\{"output_tokens":5\}/, '"x":1'),
    { inputTokens: 12, isEstimated: true },
  ],
  ["no usage at all", (text: string) => text.replaceAll(/"usage":\{[^}]*\}/g, '"x":1'), { isEstimated: true }],
  [
    "zeros at the end",
    (text: string) => text.replace('{"output_tokens":5}', '{"input_tokens":0,"output_tokens":5}'),
    USAGE,
  ],
  ["counts as text", (text: string) => text.replace('"output_tokens":5', '"output_tokens":"5"'), USAGE],
  [
    "a content at the start",
    (text: string) => text.replace('"content":[]', '"content":[{"type":"text","text":""}]'),
    USAGE,
  ],
])("a server of this wire with %s is understood", async (_, change, usage) => {
  const { server, model } = start();
  server.reply({ frames: anthropicMessages.encode(ANSWER).map(change) });
  const parts = await partsFrom(model);
  expect(textOf(parts)).toBe("Hi there.");
  expect(parts.at(-1)).toMatchObject({ type: "finish", reason: "stop", usage });
});

const PAUSED = { ...ANSWER, signature: "SIGNED", finish: { word: "pause_turn" } } as const;

test("a paused answer is continued with its text so far, and is one answer", async () => {
  const { server, model } = start();
  server.reply(
    replyOf(anthropicMessages, PAUSED),
    replyOf(anthropicMessages, { ...PAUSED, reasoning: ["so"], text: [" And"] }),
    replyOf(anthropicMessages, { text: [" more."], usage: USAGE, finish: "stop" }),
  );
  const parts = await partsFrom(model);
  expect(textOf(parts)).toBe("Hi there. And more.");
  expect(textOf(parts, "reasoning")).toBe("hmso");
  expect(parts.filter(({ type }) => type === "finish")).toEqual([
    {
      type: "finish",
      reason: "stop",
      usage: { inputTokens: 36, outputTokens: 15 },
      opaque: { model: model.id, data: expect.anything() },
    },
  ]);
  expect(server.received.map(({ body }) => (body as { messages: object[] }).messages.slice(1))).toMatchObject([
    [],
    [
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature: "SIGNED" },
          { type: "text", text: "Hi there." },
        ],
      },
    ],
    [
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature: "SIGNED" },
          { type: "text", text: "Hi there." },
          { type: "thinking", thinking: "so", signature: "SIGNED" },
          { type: "text", text: "And" },
        ],
      },
    ],
  ]);
});

test("an answer that pauses without end fails, with its usage", async () => {
  const { server, model } = start();
  server.reply(...Array.from({ length: 20 }, () => replyOf(anthropicMessages, PAUSED)));
  const { error } = await failureFrom(model);
  expect(error).toMatchObject({ code: "model_unavailable", usage: { inputTokens: 108, outputTokens: 45 } });
  expect(server.received).toHaveLength(9);
});

test("a failure in a continuation ends the answer", async () => {
  const { server, model } = start();
  server.reply(replyOf(anthropicMessages, PAUSED), { status: 529 });
  const { parts, error } = await failureFrom(model);
  expect(textOf(parts)).toBe("Hi there.");
  expect(error).toMatchObject({ code: "model_unavailable", usage: USAGE });
});

test("redacted thinking is sent back unchanged", async () => {
  const { server, model } = start();
  const block = { type: "redacted_thinking", data: "REDACTED" };
  const [begin = "", ...rest] = anthropicMessages.encode({
    calls: [{ id: "toolu_1", name: "f", pieces: ["{}"] }],
    usage: USAGE,
    finish: "tool_calls",
  });
  const hidden = [
    event("content_block_start", { index: 5, content_block: block }),
    event("content_block_stop", { index: 5 }),
  ];
  server.reply({ frames: [begin, ...hidden, ...rest] }, replyOf(anthropicMessages, ANSWER));
  const last = (await partsFrom(model)).at(-1) as Extract<ModelPart, { type: "finish" }>;
  await partsFrom(model, {
    ...QUESTION,
    tools: [{ name: "f", description: "", input: Type.Object({}) }],
    messages: [
      ...QUESTION.messages,
      { role: "assistant", content: "", toolCalls: [{ id: "toolu_1", name: "f", input: {} }], opaque: last.opaque },
      { role: "tool", toolCallId: "toolu_1", name: "f", output: "ok", isError: false },
    ],
  });
  const sent = server.received.map(({ body }) => (body as { messages: { content: object[] }[] }).messages);
  expect(sent[1]?.[1]?.content).toMatchObject([block, { type: "tool_use", id: "toolu_1" }]);
});
