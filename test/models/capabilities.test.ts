import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { realSystem as system } from "../../src/domain/system.ts";
import { COMMON_WIRE } from "../../src/models/chat-wire.ts";
import { compatibleModel } from "../../src/models/compatible.ts";
import type { Model, ModelRequest } from "../../src/models/contract.ts";
import { postBySockets } from "../../src/upstream/client.ts";
import { failureFrom, HELLO, partsFrom, QUESTION, textOf } from "../conformance/model-kit.ts";
import { modelServer, type Reply, replyOf } from "../support/model-server.ts";
import { noModelLogger } from "../support/no-model-logger.ts";
import { OTHERS, REFUSALS, withStatus } from "../support/refusals.ts";
import { openAiChat } from "../support/wires/openai-chat.ts";

const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const SOLVE = { name: "solve", description: "Solves an equation.", input: Type.Object({ equation: Type.String() }) };
/** Uses every feature. */
const EVERYTHING: ModelRequest = {
  ...QUESTION,
  messages: [{ role: "user", content: "무엇?", images: [PIXEL] }],
  tools: [SOLVE],
  toolChoice: "required",
  parallelToolCalls: false,
  temperature: 0.2,
  topP: 0.9,
  stop: ["END"],
  seed: 7,
  reasoning: "low",
  maxOutputTokens: 100,
  responseSchema: { name: "reply", schema: Type.Object({ answer: Type.String() }) },
};

type Body = Readonly<Record<string, unknown>>;

const setup = () => {
  const server = modelServer(openAiChat);
  const lines: string[] = [];
  const model = compatibleModel({
    id: "compatible:x",
    model: "x",
    baseUrl: `${server.url}/v1`,
    apiKey: null,
    failureContext: { keyVariable: "MODEL_API_KEY", now: () => system.now() },
    system,
    logger: {
      ...noModelLogger,
      lacking: ({ feature }) => void lines.push(feature),
      leftOut: ({ feature }) => void lines.push(`once without ${feature}`),
    },
    wire: COMMON_WIRE,
    post: postBySockets(),
  });
  const bodies = () => server.received.map(({ body }) => body as Body);
  return { server, model, lines, bodies, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
};
const refuses = (body: unknown, status = 400): Reply => ({
  status,
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const answer = replyOf(openAiChat, HELLO);
const answerOf = async (model: Model, request: ModelRequest) => textOf(await partsFrom(model, request));
const TEXT = "여울은 빠른 물\n살 🌊.";

describe("a feature that the server refuses", () => {
  test.each(REFUSALS.map(withStatus))(
    "%s, as %j, is left out, remembered and logged once",
    async (feature, body, status) => {
      await using started = setup();
      const { server, model, lines, bodies } = started;
      server.reply(refuses(body, status), answer, answer);
      expect(await answerOf(model, EVERYTHING)).toBe(TEXT);
      expect(await answerOf(model, EVERYTHING)).toBe(TEXT);
      expect(lines).toEqual([feature]);
      const [first, second, third] = bodies();
      expect(bodies()).toHaveLength(3);
      expect(second).toEqual(third);
      expect(second).not.toEqual(first);
      const changed = Object.keys({ ...first, ...second }).filter(
        (name) => JSON.stringify(first?.[name]) !== JSON.stringify(second?.[name]),
      );
      const CHANGES: Readonly<Record<string, readonly string[]>> = {
        max_tokens: ["max_completion_tokens", "max_tokens"],
        json_schema: ["messages", "response_format"],
        tools: ["parallel_tool_calls", "tool_choice", "tools"],
        system_role: ["messages"],
        images: ["messages"],
      };
      expect(changed.toSorted()).toEqual([...(CHANGES[feature] ?? [feature])]);
    },
  );

  test("several refused at once are found one after the other, and the call is repeated as often as necessary", async () => {
    await using started = setup();
    const { server, model, lines } = started;
    server.reply(
      refuses({ error: { message: "unknown field stream_options" } }),
      refuses({ error: { message: "tools are not supported" } }),
      refuses({ error: { message: "system role not supported" } }),
      answer,
    );
    expect(await answerOf(model, { ...QUESTION, tools: [SOLVE] })).toBe(TEXT);
    expect(lines).toEqual(["stream_options", "tools", "system_role"]);
  });

  test("is left out by calls that are under way at the same time, and logged once", async () => {
    await using started = setup();
    const { server, model, lines } = started;
    const refusal = refuses({ error: { message: "system role not supported" } });
    server.reply(...Array.from({ length: 8 }, () => refusal), ...Array.from({ length: 8 }, () => answer));
    const texts = await Promise.all(Array.from({ length: 8 }, () => answerOf(model, QUESTION)));
    expect(new Set(texts)).toEqual(new Set([TEXT]));
    expect(lines).toEqual(["system_role"]);
    expect(server.received).toHaveLength(16);
  });

  test("is found by trying when the server does not name it", async () => {
    await using started = setup();
    const { server, model, lines, bodies } = started;
    const vague = refuses({ error: { message: "Bad Request", type: "invalid_request_error" } });
    server.reply(vague, vague, answer, vague, answer, answer);
    const request = { ...QUESTION, tools: [SOLVE] };
    await answerOf(model, request);
    expect(bodies().map((body) => Object.keys(body).length)).toEqual([6, 5, 4]);
    expect(lines).toEqual(["tool_choice", "once without stream_options"]);
    await answerOf(model, request);
    expect(lines.slice(2)).toEqual(["stream_options"]);
    await answerOf(model, request);
    expect(server.received).toHaveLength(6);
  });

  test("is logged with all that the same call was made without", async () => {
    await using started = setup();
    const { server, model, lines, bodies } = started;
    const vague = refuses("Bad Request");
    server.reply(vague, vague, vague, answer);
    await answerOf(model, EVERYTHING);
    const [first, last] = [bodies()[0], bodies().at(-1)];
    const missing = Object.keys(first ?? {}).filter((name) => !Object.hasOwn(last ?? {}, name));
    expect(missing.toSorted()).toEqual(["parallel_tool_calls", "stream_options", "tool_choice"]);
    expect(lines).toEqual(["tool_choice", "once without stream_options", "once without parallel_tool_calls"]);
  });

  test("is not searched for once the server has accepted a call with all of them", async () => {
    await using started = setup();
    const { server, model, lines } = started;
    server.reply(answer, refuses("Bad Request"));
    await answerOf(model, QUESTION);
    expect((await failureFrom(model)).error).toMatchObject({ retryable: false });
    expect([server.received.length, lines]).toEqual([2, []]);
  });

  test("is searched for a bounded number of times", async () => {
    await using started = setup();
    const { server, model, lines } = started;
    server.reply(...Array.from({ length: 40 }, () => refuses("Bad Request")));
    await failureFrom(model, EVERYTHING);
    expect([server.received.length, lines]).toEqual([7, []]);
  });

  test("is not remembered when the call without it is refused too", async () => {
    await using started = setup();
    const { server, model, lines, bodies } = started;
    server.reply(refuses({ error: { message: "tools are not supported" } }), refuses({ error: "no credit" }), answer);
    await failureFrom(model, { ...QUESTION, tools: [SOLVE] });
    await answerOf(model, { ...QUESTION, tools: [SOLVE] });
    expect(lines).toEqual([]);
    expect(bodies().map((body) => "tools" in body)).toEqual([true, false, true]);
  });
});

test.each(OTHERS.map(withStatus))("a refusal for %s is not tried again", async (_, body, status) => {
  await using started = setup();
  const { server, model, lines } = started;
  server.reply(refuses(body, status));
  await failureFrom(model, EVERYTHING);
  expect([server.received.length, lines]).toEqual([1, []]);
});

test("without tools, the calls of earlier turns become text, and roles still alternate", async () => {
  await using started = setup();
  const { server, model, bodies } = started;
  server.reply(refuses({ error: { message: "this model does not support tools" } }), answer);
  const call = (id: string) => ({ id, name: "solve", input: { equation: "x=1" } });
  const result = (toolCallId: string) =>
    ({ role: "tool", toolCallId, name: "solve", output: { x: 1 }, isError: false }) as const;
  await answerOf(model, {
    system: "",
    tools: [SOLVE],
    messages: [
      { role: "user", content: "x=1?", images: [] },
      { role: "assistant", content: "", toolCalls: [call("a"), call("b")] },
      result("a"),
      result("b"),
      { role: "assistant", content: "1", toolCalls: [] },
      { role: "user", content: "Thanks", images: [] },
    ],
  });
  const messages = bodies()[1]?.messages as readonly { readonly role: string; readonly content: string }[];
  expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant", "user"]);
  expect(messages[1]?.content).toContain('solve with {"equation":"x=1"}');
  expect(messages[2]?.content.match(/"x":1/g)).toHaveLength(2);
});

test("a picture that the model cannot see is replaced by a text", async () => {
  await using started = setup();
  const { server, model, bodies } = started;
  server.reply(refuses({ error: { message: "This model does not support image input" } }), answer);
  await answerOf(model, { ...QUESTION, messages: [{ role: "user", content: "무엇?", images: [PIXEL] }] });
  expect(JSON.stringify(bodies()[1]?.messages)).toContain("you cannot see it");
  expect(JSON.stringify(bodies()[1]?.messages)).not.toContain("base64");
});

describe("state that a server sent and does not accept back", () => {
  const opaque = { model: "compatible:x", data: { message: { reasoning: "hm" }, calls: [] } };
  const LOOP: ModelRequest = {
    ...QUESTION,
    messages: [
      ...QUESTION.messages,
      { role: "assistant", content: "", toolCalls: [{ id: "a", name: "solve", input: {} }], opaque },
      { role: "tool", toolCallId: "a", name: "solve", output: "ok", isError: false },
    ],
  };

  test.each([
    "'messages.1' : for 'role:assistant' the following must be satisfied[('messages.1' : property 'reasoning' is unsupported)]",
    "body.messages.1.assistant.reasoning_content: Extra inputs are not permitted",
    "Invalid JSON payload received. Unknown name \"extra_content\" at 'messages[1]'",
  ])("is left out after %p", async (message) => {
    await using started = setup();
    const { server, model, lines, bodies } = started;
    server.reply(refuses({ error: { message } }), answer, answer);
    expect(await answerOf(model, LOOP)).toBe(TEXT);
    expect(await answerOf(model, LOOP)).toBe(TEXT);
    expect(bodies().map((body) => JSON.stringify(body).includes("hm"))).toEqual([true, false, false]);
    expect(lines).toEqual(["opaque_state"]);
  });

  test.each([
    "The `reasoning_content` in the thinking mode must be passed back to the API.",
    "thinking is enabled but reasoning_content is missing in assistant tool call message at index 2",
    "Function call `solve` in the 2. content block is missing a `thought_signature`.",
  ])("is still sent when the server requires it (%j): calls of other models become text", async (message) => {
    await using started = setup();
    const { server, model, lines, bodies } = started;
    const [question, call, result] = LOOP.messages;
    const foreign = { ...call, opaque: { model: "another:model", data: { message: { reasoning: "no" } } } };
    const messages = [question, foreign, result, { role: "assistant", content: "1", toolCalls: [] }, ...LOOP.messages];
    const request = { ...LOOP, messages: messages as ModelRequest["messages"] };
    server.reply(refuses({ error: { message } }), answer, answer);
    expect(await answerOf(model, request)).toBe(TEXT);
    expect(await answerOf(model, request)).toBe(TEXT);
    expect(lines).toEqual(["foreign_calls"]);
    const sent = bodies()[2]?.messages as readonly { role: string; content: string | null; tool_calls?: object }[];
    const roles = ["system", "user", "assistant", "user", "assistant", "user", "assistant", "tool"];
    expect(sent.map(({ role }) => role)).toEqual(roles);
    expect(sent[2]?.content).toContain("I call solve");
    expect(sent[6]).toMatchObject({ reasoning: "hm", tool_calls: [{ id: "a" }] });
    expect(JSON.stringify(bodies())).not.toContain('"no"');
  });

  test("is required in vain when all calls are the model's own: the call fails at once", async () => {
    await using started = setup();
    const { server, model, lines } = started;
    server.reply(refuses({ error: { message: "The `reasoning_content` must be passed back to the API." } }));
    await failureFrom(model, LOOP);
    expect([server.received.length, lines]).toEqual([1, []]);
  });
});
