import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { converse, MAX_ROUNDS } from "../../src/agents/converse.ts";
import { FILLER } from "../../src/agents/well-formed.ts";
import { NO_USAGE } from "../../src/domain/run.ts";
import type { Model, ModelPart, ModelRequest } from "../../src/models/contract.ts";
import { type Tool, ToolError } from "../../src/tools/contract.ts";
import { agentContext, call, modelAnswering, text } from "../support/agent-context.ts";
import { assistant, result, user } from "../support/messages.ts";
import { answerFrom } from "../support/model-parts.ts";
import { finish } from "../support/tool-context.ts";

/** A tool that answers or fails as configured. */
const tool = (name: string, answer: () => unknown): Tool => ({
  name,
  description: name,
  input: Type.Object({ n: Type.Number() }),
  async *call() {
    yield* [];
    return answer();
  },
});
const double = tool("double", () => 4);
const reasoning = (delta: string): ModelPart => ({ type: "reasoning", delta });
const conversation = (tools: readonly Tool[]) => ({
  system: "s",
  messages: [{ role: "user" as const, content: "hi", images: [] }],
  tools,
});

describe("a conversation", () => {
  test("calls the model again with each tool's result, and separates its texts by a paragraph", async () => {
    const model = modelAnswering([text("Let me "), text("see."), call("double", { n: 2 })], [text("It is 4.")]);
    const context = agentContext(model);
    const { events, value } = await finish(converse(conversation([double]), context));
    expect(events.map(({ type }) => type)).toEqual(["token", "token", "tool_start", "tool_result", "token"]);
    expect(value.text).toBe("Let me see.\n\nIt is 4.");
    const deltas = events.flatMap((event) => (event.type === "token" ? [event.payload.delta] : []));
    expect(deltas.join("")).toBe(value.text);
    expect(model.requests[1]?.messages.slice(1)).toEqual([
      { role: "assistant", content: "Let me see.", toolCalls: [{ id: "c1", name: "double", input: { n: 2 } }] },
      { role: "tool", toolCallId: "c1", name: "double", output: 4, isError: false },
    ]);
    expect(context.spent).toEqual([
      { inputTokens: 10, outputTokens: 5 },
      { inputTokens: 10, outputTokens: 5 },
    ]);
  });

  test("ends even if the model never stops calling tools, because the last round offers none", async () => {
    const model = modelAnswering([call("double", { n: 2 })]);
    const { events } = await finish(converse(conversation([double]), agentContext(model)));
    expect(model.requests).toHaveLength(MAX_ROUNDS);
    expect(model.requests.map(({ tools }) => tools.length)).toEqual([...Array(MAX_ROUNDS - 1).fill(1), 0]);
    expect(events.filter(({ type }) => type === "tool_start").length).toBeLessThanOrEqual(MAX_ROUNDS);
  });

  const failing: readonly (readonly [string, Tool, unknown, RegExp, number])[] = [
    [
      "that cannot answer",
      tool("t", () => {
        throw new ToolError("Give a number below 10.");
      }),
      { n: 1 },
      /below 10/,
      0,
    ],
    [
      "that throws",
      tool("t", () => {
        throw new Error("secret");
      }),
      { n: 1 },
      /failed/,
      1,
    ],
    ["that is called with wrong arguments", tool("t", () => 1), { n: "one" }, /\/n/, 0],
    ["that is called with arguments that are not JSON", tool("t", () => 1), "{n:", /JSON/, 0],
    ["that does not exist", tool("other", () => 1), { n: 1 }, /no tool/, 0],
  ];
  for (const [what, broken, input, message, reports] of failing) {
    test(`reports a tool ${what} to the model, and goes on`, async () => {
      const model = modelAnswering([call("t", input)], [text("Then without.")]);
      const context = agentContext(model);
      const { events, value } = await finish(converse(conversation([broken]), context));
      const answer = model.requests[1]?.messages.at(-1);
      expect(answer).toMatchObject({ role: "tool", isError: true });
      expect(JSON.stringify(answer)).toMatch(message);
      expect(JSON.stringify(answer)).not.toContain("secret");
      expect(events.find(({ type }) => type === "tool_result")).toMatchObject({ payload: { is_error: true } });
      expect(value.text).toBe("Then without.");
      expect(context.reported).toHaveLength(reports);
    });
  }

  test("gives each call a unique id in the log, and sends the provider its own id", async () => {
    const twice = [call("double", { n: 1 }, "c"), call("double", { n: 2 }, "c"), call("double", { n: 3 }, "c.2")];
    const model = modelAnswering(twice, [call("double", { n: 4 }, "c")], [text("done")]);
    const { events } = await finish(converse(conversation([double]), agentContext(model)));
    const ids = events.flatMap((event) => (event.type === "tool_start" ? [event.payload.tool_call_id] : []));
    const results = events.flatMap((event) => (event.type === "tool_result" ? [event.payload.tool_call_id] : []));
    expect(ids).toEqual(["c", "c.2", "c.2.2", "c.3"]);
    expect(results).toEqual(ids);
    const message = model.requests[2]?.messages.flatMap((message) =>
      message.role === "tool" ? [message.toolCallId] : [],
    );
    expect(message).toEqual(["c", "c", "c.2", "c"]);
  });

  test.each([
    ["text", [text("x".repeat(200_000)), call("double", { n: 1 })], "longer than"],
    ["arguments", [call("double", { n: 1, s: "x".repeat(200_000) })], "characters of arguments"],
    ["calls", Array.from({ length: 20 }, () => call("double", { n: 1 })), "more than 128 tool calls"],
  ] as const)("ends when its rounds together hold too much %s for one answer", async (_, round, words) => {
    const conversing = finish(converse(conversation([double]), agentContext(modelAnswering(round))));
    await expect(conversing).rejects.toThrow(words);
  });

  test("counts the cost of a call that was cut off", async () => {
    const context = agentContext({
      ...modelAnswering(),
      answer: answerFrom(async function* () {
        yield text("four tokens, about");
        throw new Error("cut");
      }),
    });
    await expect(finish(converse(conversation([]), context))).rejects.toThrow("cut");
    expect(context.spent[0]?.outputTokens).toBeGreaterThan(3);
  });

  test("marks the cost of a call that was cut off as an estimate, its reasoning and calls included", async () => {
    const cut = (...parts: readonly ModelPart[]) =>
      agentContext({
        ...modelAnswering(),
        answer: answerFrom(async function* () {
          yield* parts;
          throw new Error("cut");
        }),
      });
    for (const part of [text("x".repeat(400)), reasoning("x".repeat(400)), call("double", { n: "x".repeat(400) })]) {
      const context = cut(part);
      await expect(finish(converse(conversation([]), context))).rejects.toThrow("cut");
      expect(context.spent).toMatchObject([{ isEstimated: true }]);
      expect(context.spent[0]?.outputTokens).toBeGreaterThanOrEqual(100);
    }
    const nothing = cut();
    await expect(finish(converse(conversation([]), nothing))).rejects.toThrow("cut");
    expect(nothing.spent).toEqual([]);
  });

  test("calls the model with the run's settings, which its own override", async () => {
    const model = modelAnswering([text("ok")]);
    const context = { ...agentContext(model), settings: { temperature: 0.5, seed: 1 } };
    await finish(converse({ ...conversation([double]), seed: 2, parallelToolCalls: false }, context));
    expect(model.requests).toMatchObject([{ temperature: 0.5, seed: 2, parallelToolCalls: false }]);
    expect(model.requests[0]).not.toHaveProperty("maxRounds");
  });

  test("makes as many calls as allowed, and forces a tool only in the first", async () => {
    const model = modelAnswering([call("double", { n: 2 })]);
    const forced = { ...conversation([double]), maxRounds: 3, toolChoice: "required" } as const;
    const { events } = await finish(converse(forced, agentContext(model)));
    expect(model.requests.map(({ tools }) => tools.length)).toEqual([1, 1, 0]);
    expect(model.requests.map(({ toolChoice }) => toolChoice)).toEqual(["required", undefined, undefined]);
    // The last call was made without tools; what it calls nevertheless is not made.
    expect(events.filter(({ type }) => type === "tool_start")).toHaveLength(2);
  });

  test("makes the given messages well formed", async () => {
    const model = modelAnswering([text("ok")]);
    const given = [assistant("Hello."), user("a"), user("b"), assistant("")];
    await finish(converse({ ...conversation([]), messages: given }, agentContext(model)));
    expect(model.requests[0]?.messages).toEqual([user(FILLER.user), assistant("Hello."), user("a\n\nb")]);
    await finish(converse({ ...conversation([]), messages: [user("a"), assistant("b")] }, agentContext(model)));
    expect(model.requests[1]?.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  });

  test("renames a call of an earlier turn when the model gives its id again", async () => {
    const model = modelAnswering([call("double", { n: 1 }, "c")], [text("ok")]);
    const given = [user("a"), assistant("", ["c"]), result("c"), assistant("b"), user("c")];
    await finish(converse({ ...conversation([double]), messages: given }, agentContext(model)));
    const ids = model.requests.map(({ messages }) =>
      messages.flatMap((message) => (message.role === "tool" ? [message.toolCallId] : [])),
    );
    expect(ids).toEqual([["c"], ["c_2", "c"]]);
  });

  test("stores a model's opaque state before its next call, and sends it back", async () => {
    const opaque = { model: "answering", data: { signature: "s" } };
    const done = { type: "finish", reason: "tool_calls", usage: NO_USAGE, opaque } as const;
    const order: string[] = [];
    const stored = Promise.withResolvers<void>();
    const requests: ModelRequest[] = [];
    const model: Model = {
      id: "answering",
      check: async () => {},
      answer: answerFrom(async function* (request) {
        order.push(`call ${requests.push(request)}`);
        yield* requests.length === 1 ? [call("double", { n: 1 }), call("double", { n: 2 })] : [text("ok")];
        yield done;
      }),
    };
    const context = agentContext(model);
    const flushed = () => stored.promise.then(() => void order.push("stored"));
    const talk = finish(converse(conversation([double]), { ...context, flushed }));
    while (context.rounds.length === 0) await Promise.resolve();
    for (let turns = 0; turns < 100; turns++) await Promise.resolve();
    expect(order).toEqual(["call 1"]);
    stored.resolve();
    await talk;
    expect(order.slice(0, 3)).toEqual(["call 1", "stored", "call 2"]);
    expect(context.rounds).toEqual([
      { calls: ["c1", "c1.2"], ...opaque },
      { calls: [], ...opaque },
    ]);
    expect(requests[1]?.messages[1]).toMatchObject({ role: "assistant", opaque });
  });

  test("stores no opaque state for a model that has none, and nothing for one that calls no tool", async () => {
    const plain = agentContext(modelAnswering([call("double", { n: 2 })], [text("4")]));
    await finish(converse(conversation([double]), plain));
    const opaque = { model: "m", data: 1 };
    const thinking = agentContext({
      ...modelAnswering(),
      answer: answerFrom(async function* () {
        yield text("ok");
        yield { type: "finish", reason: "stop", usage: NO_USAGE, opaque };
      }),
    });
    const { value } = await finish(converse(conversation([double]), thinking));
    expect(plain.rounds).toEqual([{ calls: ["c1"], model: "answering", data: null }]);
    expect(thinking.rounds).toEqual([]);
    expect(value.messages.at(-1)).toMatchObject({ opaque });
  });
});
