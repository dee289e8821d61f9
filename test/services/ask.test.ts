import { describe, expect, test } from "bun:test";
import { builtinModel } from "../../src/builtin/model/index.ts";
import { modelAnswering, text } from "../support/agent-context.ts";
import { allTools } from "../support/all-tools.ts";
import { answerIn, harness } from "../support/harness.ts";
import { serviceAgent } from "../support/service-agent.ts";

const agent = serviceAgent("ask");

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
    ["Who are you?", "English"],
    ["누구세요?", "Korean"],
  ])("tells the model the language of %j", async (message, language) => {
    const model = modelAnswering([text("…")]);
    const { start } = await harness({ model });
    await (await start(agent, { message })).events;
    expect(model.requests[0]?.system).toContain(`Answer in ${language}`);
  });

  test("does maths with the built-in model, and otherwise says what that model can do", async () => {
    const { start } = await harness({ model: builtinModel(), tools: allTools() });
    expect(answerIn(await (await start(agent, { message: "2x + 3 = 7" })).events)).toContain("**Answer: x = 2**");
    expect(answerIn(await (await start(agent, { message: "안녕?" })).events)).toContain("내장된 모델입니다");
  });
});
