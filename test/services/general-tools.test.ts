import { beforeAll, describe, expect, test } from "bun:test";
import { EXERCISE_RULE } from "../../src/services/solve/prompt.ts";
import { modelAnswering, text } from "../support/agent-context.ts";
import { allTools } from "../support/all-tools.ts";
import { harness, sharedStore } from "../support/harness.ts";
import { serviceAgent } from "../support/service-agent.ts";

// The embedded database takes its time to start on a busy machine.
beforeAll(async () => {
  await sharedStore();
}, 60_000);

const MESSAGES = [
  "2x + 3 = 7",
  "Plan a 3-day trip to Busan",
  "Meet me on 2026-11-27?",
  "Who are you?",
  "How many primes are below 100?",
];

describe.each(["solve", "ask"])("%s", (name) => {
  test("offers its tools and gives one system prompt on every turn", async () => {
    const model = modelAnswering([text("…")]);
    const { start } = await harness({ model, tools: allTools() });
    for (const message of MESSAGES) await (await start(serviceAgent(name), { message })).events;
    const first = model.requests[0];
    expect(first?.tools.map((tool) => tool.name)).toEqual([
      "solve_equation",
      "calculate",
      "plot_function",
      "run_javascript",
    ]);
    for (const request of model.requests) {
      expect({ system: request.system, tools: request.tools }).toEqual({
        system: first?.system ?? "",
        tools: first?.tools ?? [],
      });
    }
    expect(model.requests).toHaveLength(MESSAGES.length);
  });

  test("treats no user as a student: steps and bold are required only for exercises", async () => {
    const model = modelAnswering([text("…")]);
    const { start } = await harness({ model });
    await (await start(serviceAgent(name), { message: "Plan a 3-day trip to Busan" })).events;
    const styleLines = (model.requests[0]?.system ?? "").split("\n").filter((line) => /bold|step|student/i.test(line));
    expect(EXERCISE_RULE).toStartWith("Only when the message is an exercise");
    expect(styleLines).toEqual(name === "solve" ? [EXERCISE_RULE] : []);
  });
});
