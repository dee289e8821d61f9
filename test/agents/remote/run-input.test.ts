import { expect, test } from "bun:test";
import { RunAgentInputSchema } from "@ag-ui/core/schemas";
import { runInputOf } from "../../../src/agents/remote/run-input.ts";
import type { ModelMessage } from "../../../src/models/contract.ts";

const run = { threadId: "t", runId: "r", userId: "u" };
const user = (content: string, images: readonly string[] = []): ModelMessage => ({ role: "user", content, images });
const messagesOf = (...messages: readonly ModelMessage[]) => {
  const input = runInputOf(run, messages);
  RunAgentInputSchema.parse(input);
  return input.messages.map(({ id, ...message }) => message);
};

test("calls, results and failures are sent in the protocol's form", () => {
  const calls = [
    { id: "c1", name: "look", input: { at: 1 } },
    { id: "c2", name: "look", input: "{at:" },
  ];
  expect(
    messagesOf(
      user("hi"),
      { role: "assistant", content: "", toolCalls: calls },
      { role: "tool", toolCallId: "c1", name: "look", output: { found: [1] }, isError: false },
      { role: "tool", toolCallId: "c2", name: "look", output: "not JSON", isError: true },
      { role: "assistant", content: "Found.", toolCalls: [], opaque: { model: "m", data: "secret" } },
      user("more"),
    ),
  ).toEqual([
    { role: "user", content: "hi" },
    {
      role: "assistant",
      content: "",
      toolCalls: [
        { id: "c1", type: "function", function: { name: "look", arguments: '{"at":1}' } },
        { id: "c2", type: "function", function: { name: "look", arguments: '{"invalid_input":"{at:"}' } },
      ],
    },
    { role: "tool", toolCallId: "c1", content: '{"found":[1]}' },
    { role: "tool", toolCallId: "c2", content: "not JSON", error: "not JSON" },
    { role: "assistant", content: "Found." },
    { role: "user", content: "more" },
  ]);
});

test("a message has the same id in every turn, and no two messages of a request share one", () => {
  const ids = (...messages: readonly ModelMessage[]) => runInputOf(run, messages).messages.map(({ id }) => id);
  const answer: ModelMessage = { role: "assistant", content: "Hi.", toolCalls: [] };
  const first = ids(user("hi", ["https://example.com/a.png"]));
  const second = ids(user("hi"), answer, user("hi"));
  expect(second[0]).toBe(first[0] as string);
  expect(new Set(second).size).toBe(3);
});
