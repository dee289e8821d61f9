import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import type { ModelMessage, ModelPart, OpaqueState } from "../../src/models/contract.ts";
import { replyOf } from "../support/model-server.ts";
import type { WireAnswer } from "../support/wires/wire.ts";
import { type Driver, HELLO, partsFrom, QUESTION, type Start, textOf } from "./model-kit.ts";

const SOLVE = { name: "solve", description: "Solves.", input: Type.Object({ x: Type.Optional(Type.Number()) }) };
const CALLS = [
  { id: "call_a1", name: "solve", pieces: ['{"x"', ":1}"], signature: "SIGNED-CALL" },
  { id: "call_b2", name: "solve", pieces: ['{"x":2}'] },
];
const ANSWER: WireAnswer = {
  reasoning: ["THOUGHT"],
  signature: "SIGNED-THOUGHT",
  text: ["Let me ", "see."],
  calls: CALLS,
  usage: { inputTokens: 1, outputTokens: 1 },
  finish: "tool_calls",
};

/** What a provider hands out with reasoning and calls, and wants back. */
export const modelState = ({ wire }: Driver, start: Start): void => {
  /** What of `SAID` this wire hands out. */
  const stateValues = ["THOUGHT", "SIGNED-THOUGHT", "SIGNED-CALL"].filter((token) =>
    wire.encode(ANSWER).join("").includes(`"${token}`),
  );

  const stateOf = (parts: readonly ModelPart[]): OpaqueState | undefined => {
    const last = parts.at(-1);
    return last?.type === "finish" ? last.opaque : undefined;
  };

  /** The second round of a tool loop. */
  const secondRound = (opaque: OpaqueState | undefined, content = "Let me see."): ModelMessage[] => [
    { role: "user", content: "x?", images: [] },
    {
      role: "assistant",
      content,
      toolCalls: CALLS.map(({ id, name }, at) => ({ id, name, input: { x: at + 1 } })),
      opaque,
    },
    ...CALLS.map(
      ({ id: toolCallId, name }): ModelMessage => ({ role: "tool", toolCallId, name, output: "ok", isError: false }),
    ),
  ];

  test("the state of reasoning and calls is sent back in the next round, and the message is sent as it was", async () => {
    const { server, model } = start();
    server.reply(replyOf(wire, ANSWER), replyOf(wire, HELLO));
    const parts = await partsFrom(model, { ...QUESTION, tools: [SOLVE] });
    const opaque = stateOf(parts);
    expect(opaque?.model).toBe(model.id);
    // As it is stored.
    const stored = JSON.parse(JSON.stringify(opaque)) as OpaqueState;
    await partsFrom(model, { ...QUESTION, messages: secondRound(stored), tools: [SOLVE] });
    const body = JSON.stringify(server.received[1]?.body);
    expect(stateValues.filter((token) => !body.includes(token))).toEqual([]);
    expect(wire.decode(server.received[1]?.body).turns.slice(1, 2)).toEqual([
      {
        role: "assistant",
        text: "Let me see.",
        // Some providers have ids of their own form.
        calls: CALLS.map(({ name }, at) => ({ id: expect.any(String), name, input: { x: at + 1 } })),
      },
    ]);
  });

  test("no state is sent to another model, or is in any part that readers see", async () => {
    const { server, model } = start();
    server.reply(replyOf(wire, ANSWER), replyOf(wire, HELLO));
    const parts = await partsFrom(model, { ...QUESTION, tools: [SOLVE] });
    expect(JSON.stringify(parts.slice(0, -1))).not.toContain("SIGNED");
    expect(textOf(parts)).toBe("Let me see.");
    const opaque = { ...(stateOf(parts) as OpaqueState), model: "another:model" };
    await partsFrom(model, { ...QUESTION, messages: secondRound(opaque), tools: [SOLVE] });
    const body = JSON.stringify(server.received[1]?.body);
    expect(stateValues.filter((token) => body.includes(token))).toEqual([]);
  });

  test("a message that has changed since is still sent", async () => {
    const { server, model } = start();
    server.reply(replyOf(wire, ANSWER), replyOf(wire, HELLO));
    const opaque = stateOf(await partsFrom(model, { ...QUESTION, tools: [SOLVE] }));
    const [question, message, ...results] = secondRound(opaque, "Shortened.");
    const last = message?.role === "assistant" ? { ...message, toolCalls: message.toolCalls.slice(1) } : [];
    const messages = [question, last, ...results.slice(1)] as ModelMessage[];
    await partsFrom(model, { ...QUESTION, tools: [SOLVE], messages });
    expect(wire.decode(server.received[1]?.body).turns[1]).toEqual({
      role: "assistant",
      text: "Shortened.",
      calls: [{ id: expect.any(String), name: "solve", input: { x: 2 } }],
    });
  });

  test.each([
    [null],
    ["text"],
    [7],
    [[]],
    [{}],
    [{ parts: 7, message: 7, calls: 7 }],
    [{ parts: [null], message: null, calls: [null, 7] }],
    [{ parts: [{ type: "reasoning" }], message: [], calls: {} }],
    [{ parts: [{ type: "text", length: -1 }], message: { content: 1, role: "system" }, calls: [{ function: 7 }] }],
    [{ parts: [{ type: "call", options: { x: 1 } }], message: { tool_calls: 7 }, calls: [{ id: 7, type: 7 }] }],
  ])("state that no adapter has made (%j) is ignored", async (data) => {
    const { server, model } = start();
    server.reply(replyOf(wire, HELLO), replyOf(wire, HELLO));
    for (const opaque of [{ model: model.id, data }, undefined]) {
      await partsFrom(model, { ...QUESTION, messages: secondRound(opaque), tools: [SOLVE] });
    }
    const [withState, without] = server.received.map(({ body }) => wire.decode(body));
    expect(withState).toEqual(without as never);
  });
};
