import { describe, expect, test } from "bun:test";
import { builtinModel } from "../../src/builtin/model/index.ts";
import { askAgent } from "../../src/services/ask/index.ts";
import { modelAnswering, text } from "../support/agent-context.ts";
import { allTools } from "../support/all-tools.ts";
import { answerIn, harness } from "../support/harness.ts";

const agent = askAgent({ tools: allTools() });

describe("the agent ask", () => {
  test("answers with the model's text, given the thread's earlier turns", async () => {
    const model = modelAnswering([text("Good "), text("day.")], [text("Again.")]);
    const { start } = await harness({ model });
    const first = await start(agent, { threadId: "ask-turns", message: "Who are you?" });
    expect(answerIn(await first.events)).toBe("Good day.");
    const second = await start(agent, { threadId: "ask-turns", message: "And you?" });
    expect(answerIn(await second.events)).toBe("Again.");
    expect(model.requests.map(({ messages }) => messages.map(({ role, ...message }) => [role, message]))).toEqual([
      [["user", { content: "Who are you?", images: [] }]],
      [
        ["user", { content: "Who are you?", images: [] }],
        ["assistant", { content: "Good day.", toolCalls: [] }],
        ["user", { content: "And you?", images: [] }],
      ],
    ]);
  });

  test.each([
    ["Who are you?", "English", 0],
    ["누구세요?", "Korean", 0],
    ["2x + 3 = 7 을 풀어줘", "Korean", allTools().length],
  ])("tells the model the language of %j, and has tools only for maths", async (message, language, tools) => {
    const model = modelAnswering([text("…")]);
    const { start } = await harness({ model });
    await (await start(agent, { message })).events;
    expect(model.requests[0]?.system).toContain(`Answer in ${language}`);
    expect(model.requests[0]?.tools).toHaveLength(tools);
  });

  test("does maths with the built-in model, and otherwise says what that model can do", async () => {
    const { start } = await harness({ model: builtinModel() });
    expect(answerIn(await (await start(agent, { message: "2x + 3 = 7" })).events)).toContain("**Answer: x = 2**");
    expect(answerIn(await (await start(agent, { message: "안녕?" })).events)).toContain("내장된 모델입니다");
  });
});
