import { expect, test } from "bun:test";
import type { ModelMessage } from "../../src/models/contract.ts";
import { anthropic } from "../../src/models/providers/anthropic.ts";
import { HELLO, partsFrom, QUESTION } from "../conformance/model-kit.ts";
import { modelServer, replyOf } from "../support/model-server.ts";
import { providerModel } from "../support/provider-model.ts";
import { anthropicMessages } from "../support/wires/anthropic.ts";

/** A turn of an agent that had tools. */
const turn: readonly ModelMessage[] = [
  { role: "user", content: "Where is order 7?", images: [] },
  { role: "assistant", content: "", toolCalls: [{ id: "c1", name: "get_order", input: { number: 7 } }] },
  { role: "tool", toolCallId: "c1", name: "get_order", output: "sent", isError: false },
  { role: "assistant", content: "It is sent.", toolCalls: [] },
];

test("Anthropic gets earlier calls as text when it is offered no tools, since it refuses a request with calls alone", async () => {
  await using server = modelServer(anthropicMessages);
  server.reply(replyOf(anthropicMessages, HELLO));
  const model = providerModel(anthropic, { apiKey: "key", baseUrl: `${server.url}/v1` });
  await partsFrom(model, { ...QUESTION, tools: [], messages: [...turn, ...QUESTION.messages] });
  const body = JSON.stringify(server.received[0]?.body);
  expect(body).not.toContain("tool_use");
  expect(body).not.toContain("tool_result");
  expect(body).toContain("get_order");
  expect(body).toContain("sent");
});
