import { describe, expect, test } from "bun:test";
import { ChatAnswer } from "../../src/models/chat-answer.ts";
import type { ModelMessage, OpaqueState } from "../../src/models/contract.ts";
import { chatBody } from "../../src/models/messages.ts";

const MODEL = "compatible:x";

const stateOf = (...deltas: readonly object[]): OpaqueState | undefined => {
  const answer = new ChatAnswer({
    model: MODEL,
    request: { system: "", messages: [], tools: [] },
    failureContext: { keyVariable: "K", now: () => 0 },
    newId: () => "new",
  });
  for (const delta of deltas) answer.take(JSON.stringify({ choices: [{ delta }] }));
  answer.take(JSON.stringify({ choices: [{ delta: {}, finish_reason: "stop" }] }));
  answer.end();
  const last = answer.parts.at(-1);
  return last?.type === "finish" ? last.opaque : undefined;
};

const bodyOf = (...messages: ModelMessage[]) => {
  const body = JSON.parse(String(chatBody(MODEL, "x", { system: "", messages, tools: [] }, {}, {}))) as {
    messages: object[];
  };
  return body.messages;
};

const call = (piece: object) => ({
  tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: "{}" }, ...piece }],
});
const user: ModelMessage = { role: "user", content: "?", images: [] };
const result: ModelMessage = { role: "tool", toolCallId: "a", name: "f", output: "ok", isError: false };
const called = (opaque: OpaqueState | undefined): ModelMessage => ({
  role: "assistant",
  content: "",
  toolCalls: [{ id: "a", name: "f", input: {} }],
  opaque,
});

/** The assistant message that goes back after these deltas. */
const returned = (...deltas: readonly object[]) => bodyOf(user, called(stateOf(...deltas)), result)[1];
const PLAIN = {
  role: "assistant",
  content: null,
  tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }],
};

describe("opaque state is sent back as it came", () => {
  test.each([
    [
      "reasoning_content in pieces",
      [{ reasoning_content: "a" }, { reasoning_content: "b" }],
      { reasoning_content: "ab" },
    ],
    ["reasoning_content that is empty", [{ reasoning_content: "" }], { reasoning_content: "" }],
    ["reasoning", [{ reasoning: "ha" }, { reasoning: "ha" }], { reasoning: "haha" }],
    [
      "reasoning_details, whose texts come in pieces",
      [
        { reasoning_details: [{ type: "reasoning.text", text: "a", format: "f", index: 0 }] },
        { reasoning_details: [{ type: "reasoning.text", text: "b", index: 0 }] },
        { reasoning_details: [{ type: "reasoning.text", signature: "S", index: 0 }] },
        { reasoning_details: [{ type: "reasoning.encrypted", data: "E", id: "1", index: 1 }] },
        { reasoning_details: [{ type: "reasoning.encrypted", data: "F", id: "2", index: 1 }] },
      ],
      {
        reasoning_details: [
          { type: "reasoning.text", text: "ab", format: "f", index: 0, signature: "S" },
          { type: "reasoning.encrypted", data: "E", id: "1", index: 1 },
          { type: "reasoning.encrypted", data: "F", id: "2", index: 1 },
        ],
      },
    ],
    [
      "thinking_blocks",
      [
        { thinking_blocks: [{ type: "thinking", thinking: "a", signature: "" }] },
        { thinking_blocks: [{ type: "thinking", thinking: "b", signature: "S" }] },
        { thinking_blocks: [{ type: "thinking", thinking: "c" }] },
      ],
      {
        thinking_blocks: [
          { type: "thinking", thinking: "ab", signature: "S" },
          { type: "thinking", thinking: "c" },
        ],
      },
    ],
    [
      "extra_content",
      [{ extra_content: { google: { thought_signature: "S" } } }],
      { extra_content: { google: { thought_signature: "S" } } },
    ],
    [
      "a signature that is sent twice",
      [{ reasoning_opaque: "S" }, { reasoning_opaque: "S" }],
      { reasoning_opaque: "S" },
    ],
  ])("%s", (_, deltas, fields) => {
    expect(returned(...deltas, call({}))).toEqual({ ...PLAIN, ...fields });
  });

  test("fields beside a tool call, and in its function", () => {
    const extra = { extra_content: { google: { thought_signature: "S" } } };
    const piece = { ...extra, function: { name: "f", arguments: "{}", signature: "T" } };
    expect(returned(call(piece), call({ function: { arguments: "" }, ...extra }))).toEqual({
      ...PLAIN,
      tool_calls: [{ ...extra, id: "a", type: "function", function: { signature: "T", name: "f", arguments: "{}" } }],
    });
  });

  test("fields that no server expects back are left out", () => {
    expect(
      stateOf({ annotations: [1], audio: { id: "x" }, token_ids: [1], name: "n", content: "c" }, call({})),
    ).toBeUndefined();
    expect(returned({ reasoning_content: null, reasoning: null }, call({ caller: null }))).toEqual(PLAIN);
  });

  test("only in turns with tool calls, and not with a plain answer", () => {
    const opaque = stateOf({ reasoning_content: "hm" });
    const answer: ModelMessage = { role: "assistant", content: "Yes.", toolCalls: [], opaque };
    const plain = { role: "assistant", content: "Yes." };
    expect(bodyOf(user, answer, user)[1]).toEqual(plain);
    expect(bodyOf(user, called(opaque), result, answer, user, answer).slice(1)).toEqual([
      { ...PLAIN, reasoning_content: "hm" },
      { role: "tool", tool_call_id: "a", content: "ok" },
      { ...plain, reasoning_content: "hm" },
      { role: "user", content: "?" },
      plain,
    ]);
  });

  test("not to another model, and not past a megabyte", () => {
    expect(bodyOf(user, called({ model: "compatible:y", data: { message: { reasoning: "no" } } }), result)[1]).toEqual(
      PLAIN,
    );
    const long = { reasoning_opaque: "x".repeat(600_000) };
    expect(stateOf(long, call({}))).toBeDefined();
    expect(stateOf(long, long, call({}))).toBeUndefined();
  });

  test("names such as __proto__ are ordinary names", () => {
    const deltas = [
      '{"choices":[{"delta":{"reasoning_x":{"__proto__":{"polluted":1}},"tool_calls":[{"id":"__proto__","__proto__":{"polluted":1},"constructor":"c","function":{"name":"f","arguments":"{}"}}]}}]}',
    ].map((text) => (JSON.parse(text) as { choices: { delta: object }[] }).choices[0]?.delta ?? {});
    expect(stateOf(...deltas)).toBeDefined();
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
