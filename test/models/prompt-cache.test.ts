import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { anthropic } from "../../src/models/providers/anthropic.ts";
import { bedrock } from "../../src/models/providers/bedrock.ts";
import { HELLO, partsFrom, QUESTION } from "../conformance/model-kit.ts";
import { modelServer, replyOf } from "../support/model-server.ts";
import { providerModel } from "../support/provider-model.ts";
import { anthropicMessages } from "../support/wires/anthropic.ts";
import { bedrockConverse } from "../support/wires/bedrock.ts";

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

test("a model of Bedrock without a cache is asked again without the marks", async () => {
  await using server = modelServer(bedrockConverse);
  const message = "You invoked an unsupported model or your request did not allow prompt caching.";
  server.reply({ status: 400, body: JSON.stringify({ message }) }, replyOf(bedrockConverse, HELLO));
  await partsFrom(providerModel(bedrock, { apiKey: "key", region: "x", baseUrl: server.url }));
  const bodies = server.received.map(({ body }) => JSON.stringify(body));
  expect(bodies.map((body) => body.match(/"cachePoint"/g)?.length ?? 0)).toEqual([2, 0]);
});
