import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { anthropic } from "../../src/models/providers/anthropic.ts";
import { bedrock } from "../../src/models/providers/bedrock.ts";
import { openrouter } from "../../src/models/providers/openrouter.ts";
import { HELLO, partsFrom, QUESTION } from "../conformance/model-kit.ts";
import { type ModelServer, modelServer, replyOf } from "../support/model-server.ts";
import { providerModel } from "../support/provider-model.ts";
import { anthropicMessages } from "../support/wires/anthropic.ts";
import { bedrockConverse } from "../support/wires/bedrock.ts";
import { openRouterChat } from "../support/wires/openai-chat.ts";

const TOOL = { name: "solve", description: "Solves an equation.", input: Type.Object({ equation: Type.String() }) };

test("Anthropic's instructions, behind the tools, and the conversation so far are marked for its cache", async () => {
  await using server = modelServer(anthropicMessages);
  server.reply(replyOf(anthropicMessages, HELLO));
  const model = providerModel(anthropic, { apiKey: "key", baseUrl: `${server.url}/v1` });
  const first = { role: "user", content: "하나", images: [] } as const;
  const answer = { role: "assistant", content: "둘", toolCalls: [] } as const;
  await partsFrom(model, { ...QUESTION, tools: [TOOL], messages: [first, answer, ...QUESTION.messages] });
  const body = JSON.stringify(server.received[0]?.body);
  expect(body.match(/"cache_control":\{"type":"ephemeral"\}/g)).toHaveLength(2);
  expect(body).toContain('"text":"Answer briefly.","cache_control"');
  expect(body).toContain('"text":"여울이 뭐야?","cache_control"');
});

const OPENROUTER = "https://openrouter.ai/docs/guides/best-practices/prompt-caching";
const MARK = { cache_control: { type: "ephemeral" } };
const openRouterModel = (server: ModelServer, name: string) =>
  providerModel(openrouter, { apiKey: "key", baseUrl: `${server.url}/api/v1` }, name);
const messagesOf = ({ body }: ModelServer["received"][number]) =>
  (body as { readonly messages: readonly { readonly content: unknown }[] }).messages.map(({ content }) => content);

test(`Claude's prompts are marked over OpenRouter too, in parts of the content (${OPENROUTER})`, async () => {
  await using server = modelServer(openRouterChat);
  server.reply(...Array.from({ length: 4 }, () => replyOf(openRouterChat, HELLO)));
  const model = openRouterModel(server, "anthropic/claude-sonnet-4.5");
  const picture = "https://x.example/a.png";
  const call = { id: "c", name: "solve", input: {} };
  const result = { role: "tool", toolCallId: "c", name: "solve", output: { x: 4 }, isError: false } as const;
  await partsFrom(model, { ...QUESTION, tools: [TOOL] });
  await partsFrom(model, { ...QUESTION, messages: [{ role: "user", content: "What?", images: [picture] }] });
  const round = [...QUESTION.messages, { role: "assistant", content: "", toolCalls: [call] } as const, result];
  await partsFrom(model, { ...QUESTION, messages: round });
  await partsFrom(model, { ...QUESTION, system: "", messages: [{ role: "user", content: " ", images: [picture] }] });
  const system = [{ type: "text", text: "Answer briefly.", ...MARK }];
  expect(server.received.map(messagesOf)).toEqual([
    [system, [{ type: "text", text: "여울이 뭐야?", ...MARK }]],
    [
      system,
      [
        { type: "text", text: "What?", ...MARK },
        { type: "image_url", image_url: { url: picture } },
      ],
    ],
    [system, "여울이 뭐야?", null, [{ type: "text", text: '{"x":4}', ...MARK }]],
    [
      [
        { type: "text", text: " " },
        { type: "image_url", image_url: { url: picture } },
      ],
    ],
  ]);
});

test("other models of OpenRouter get none, nor does one that refuses them", async () => {
  await using server = modelServer(openRouterChat);
  const refusal = { status: 400, body: '{"error":{"message":"cache_control is not supported"}}' };
  const fine = replyOf(openRouterChat, HELLO);
  server.reply(fine, refusal, fine, fine);
  await partsFrom(openRouterModel(server, "openai/gpt-5"));
  const claude = openRouterModel(server, "anthropic/claude-2");
  await partsFrom(claude);
  await partsFrom(claude);
  const marks = server.received.map(({ body }) => JSON.stringify(body).split("cache_control").length - 1);
  expect(marks).toEqual([0, 2, 0, 0]);
});

test("a model of Bedrock without a cache is asked again without the marks", async () => {
  await using server = modelServer(bedrockConverse);
  const message = "You invoked an unsupported model or your request did not allow prompt caching.";
  server.reply({ status: 400, body: JSON.stringify({ message }) }, replyOf(bedrockConverse, HELLO));
  await partsFrom(providerModel(bedrock, { apiKey: "key", region: "x", baseUrl: server.url }));
  const bodies = server.received.map(({ body }) => JSON.stringify(body));
  expect(bodies.map((body) => body.match(/"cachePoint"/g)?.length ?? 0)).toEqual([2, 0]);
});
