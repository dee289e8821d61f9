import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { replyOf } from "../support/model-server.ts";
import type { WireAnswer } from "../support/wires/wire.ts";
import { type Driver, HELLO, KEY, partsFrom, QUESTION, type Start, textOf } from "./model-kit.ts";

const SOLVE = {
  name: "solve",
  description: "Solves an equation.",
  input: Type.Object({ equation: Type.String(), unknown: Type.Optional(Type.String()) }),
};
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const CALLS = [
  { id: "call_a1", name: "solve", pieces: ['{"equ', 'ation":"2x', '+3=7"}'] },
  { id: "call_b2", name: "solve", pieces: ['{"equation":"y=1",', '"unknown":"y"}'] },
];

/** Requests and answers. */
export const modelAnswers = ({ wire }: Driver, start: Start): void => {
  test("text arrives in parts, followed by one finish with the usage", async () => {
    const { server, model } = start();
    server.reply(replyOf(wire, HELLO));
    const parts = await partsFrom(model);
    expect(textOf(parts)).toBe("여울은 빠른 물\n살 🌊.");
    expect(parts.filter(({ type }) => type === "text").length).toBeGreaterThan(1);
    expect(parts.filter(({ type }) => type === "finish")).toEqual([
      { type: "finish", reason: "stop", usage: { inputTokens: 12, outputTokens: 5 } },
    ]);
    expect(parts.at(-1)?.type).toBe("finish");
  });

  test.each([
    ["in one piece", "whole", "\n"],
    ["byte by byte", "bytes", "\n"],
    ["byte by byte with CRLF", "bytes", "\r\n"],
    ["frame by frame with CRLF", "frames", "\r\n"],
  ] as const)("a stream that arrives %s reads the same", async (_, split, lineEnd) => {
    const { server, model } = start();
    const answer: WireAnswer = { ...HELLO, calls: CALLS, finish: "tool_calls" };
    server.reply(replyOf(wire, answer), { frames: wire.encode(answer).map((f) => f.replaceAll("\n", lineEnd)), split });
    expect(await partsFrom(model)).toEqual(await partsFrom(model));
  });

  test("reasoning is separate from text", async () => {
    const { server, model } = start();
    server.reply(replyOf(wire, { ...HELLO, reasoning: ["먼저 ", "생각"] }));
    const parts = await partsFrom(model);
    expect([textOf(parts, "reasoning"), textOf(parts)]).toEqual(["먼저 생각", "여울은 빠른 물\n살 🌊."]);
  });

  test("thoughts in tags at the beginning are reasoning, wherever they are cut; a tag further on is text", async () => {
    const { server, model } = start();
    const text = "<think>먼저 <b>생각</b></think>\n\n답: `<think>`";
    for (const size of [1, 2, 5, 9, 100]) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
        text.slice(at * size, (at + 1) * size),
      );
      server.reply(replyOf(wire, { ...HELLO, text: pieces }));
      const parts = await partsFrom(model);
      expect([textOf(parts, "reasoning"), textOf(parts)]).toEqual(["먼저 <b>생각</b>", "답: `<think>`"]);
    }
  });

  test("tool calls that are streamed in parts are emitted complete", async () => {
    const { server, model } = start();
    server.reply(
      replyOf(wire, {
        text: ["풀게요."],
        calls: CALLS,
        usage: { inputTokens: 12, outputTokens: 5 },
        finish: "tool_calls",
      }),
    );
    const parts = await partsFrom(model, { ...QUESTION, tools: [SOLVE] });
    expect(parts.slice(1)).toEqual([
      { type: "tool_call", id: "call_a1", name: "solve", input: { equation: "2x+3=7" } },
      { type: "tool_call", id: "call_b2", name: "solve", input: { equation: "y=1", unknown: "y" } },
      expect.objectContaining({ type: "finish", reason: "tool_calls", usage: { inputTokens: 12, outputTokens: 5 } }),
    ]);
  });

  test("a tool without parameters is called with an empty object", async () => {
    const { server, model } = start();
    server.reply(replyOf(wire, { calls: [{ id: "call_c3", name: "solve", pieces: [] }], finish: "tool_calls" }));
    const [call] = await partsFrom(model, { ...QUESTION, tools: [SOLVE] });
    expect(call).toEqual({ type: "tool_call", id: "call_c3", name: "solve", input: {} });
  });

  test("an answer that reached its limit has the reason `length`", async () => {
    const { server, model } = start();
    server.reply(replyOf(wire, { ...HELLO, finish: "length" }));
    expect((await partsFrom(model)).at(-1)).toMatchObject({ type: "finish", reason: "length" });
  });

  test("cached and reasoning tokens are counted separately", async () => {
    const { server, model } = start();
    const usage = {
      inputTokens: 12,
      outputTokens: 9,
      cachedTokens: 8,
      ...(wire.reportsReasoningTokens && { reasoningTokens: 4 }),
    };
    server.reply(replyOf(wire, { ...HELLO, usage }));
    expect((await partsFrom(model)).at(-1)).toMatchObject({ usage });
  });

  test("usage that the server does not report is estimated and marked as an estimate", async () => {
    const { server, model } = start();
    server.reply(replyOf(wire, { text: ["12345678", "여울"], finish: "stop" }));
    const finish = (await partsFrom(model)).at(-1);
    // 17 ASCII characters and 5 others were sent.
    expect(finish).toMatchObject({ usage: { inputTokens: 10, outputTokens: 4, isEstimated: true } });
  });

  test("NUL and lone surrogates are passed on unchanged", async () => {
    const { server, model } = start();
    server.reply(replyOf(wire, { ...HELLO, text: ["a\0b", "\ud800c"] }));
    expect(textOf(await partsFrom(model))).toBe("a\0b\ud800c");
  });

  test("a conversation with tools is sent complete and in order", async () => {
    const { server, model } = start();
    server.reply(replyOf(wire, HELLO));
    await partsFrom(model, {
      system: "Use the tools.",
      messages: [
        { role: "user", content: "2x+3=7, y=1?", images: [] },
        {
          role: "assistant",
          content: "풀게요.",
          toolCalls: [
            { id: "call_a1", name: "solve", input: { equation: "2x+3=7" } },
            { id: "call_b2", name: "solve", input: "not JSON" },
          ],
        },
        { role: "tool", toolCallId: "call_a1", name: "solve", output: { x: "2", steps: [1, null] }, isError: false },
        { role: "tool", toolCallId: "call_b2", name: "solve", output: "input is no object", isError: true },
        { role: "assistant", content: "x = 2", toolCalls: [] },
        { role: "user", content: "고마워", images: [] },
      ],
      tools: [SOLVE],
      temperature: 0.25,
      maxOutputTokens: 300,
    });
    const request = wire.decode(server.received[0]?.body);
    const id = (given: string): string => (wire.callIds.test(given) ? given : expect.stringMatching(wire.callIds));
    expect(request).toMatchObject({ system: "Use the tools.", maxOutputTokens: 300, temperature: 0.25 });
    expect(request.turns).toEqual([
      { role: "user", text: "2x+3=7, y=1?", images: [] },
      {
        role: "assistant",
        text: "풀게요.",
        calls: [
          { id: id("call_a1"), name: "solve", input: { equation: "2x+3=7" } },
          { id: id("call_b2"), name: "solve", input: { invalid_input: "not JSON" } },
        ],
      },
      { role: "tool", id: id("call_a1"), output: '{"x":"2","steps":[1,null]}' },
      { role: "tool", id: id("call_b2"), output: expect.stringContaining("input is no object") },
      { role: "assistant", text: "x = 2", calls: [] },
      { role: "user", text: "고마워", images: [] },
    ]);
    const calls = request.turns.flatMap((turn) => (turn.role === "assistant" ? turn.calls.map((call) => call.id) : []));
    expect(request.turns.flatMap((turn) => (turn.role === "tool" ? turn.id : []))).toEqual(calls);
    expect(request.tools).toEqual([
      { name: "solve", description: "Solves an equation.", input: expect.objectContaining({ type: "object" }) },
    ]);
    expect(JSON.stringify(request.tools[0]?.input)).toContain('"required":["equation"]');
  });

  test("pictures are sent, by URL and inline", async () => {
    const { server, model } = start();
    server.reply(replyOf(wire, HELLO));
    const inline = `data:image/png;base64,${PIXEL}`;
    const images = wire.takesAddresses ? ["https://example.com/a.png", inline] : [inline];
    await partsFrom(model, { ...QUESTION, messages: [{ role: "user", content: "무엇?", images }] });
    expect(wire.decode(server.received[0]?.body).turns).toEqual([{ role: "user", text: "무엇?", images }]);
  });

  test("the key is sent in its header and nowhere else", async () => {
    const { server, model } = start();
    server.reply(replyOf(wire, HELLO));
    await partsFrom(model);
    const [call] = server.received;
    expect(wire.key(call?.headers ?? new Headers())).toBe(KEY);
    expect(JSON.stringify([call?.path, call?.body])).not.toContain(KEY);
  });
};
