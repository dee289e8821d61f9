import { beforeAll, describe, expect, test } from "bun:test";
import { checkSolution } from "../../src/builtin/maths/verify.ts";
import { calculateTool } from "../../src/builtin/tools/calculate.ts";
import { mathsWorkers } from "../../src/builtin/tools/maths-workers.ts";
import { realSystem } from "../../src/domain/system.ts";
import type { ModelPart } from "../../src/models/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { modelAnswering, text } from "../support/agent-context.ts";
import { answerIn, harness, logOf, sharedStore } from "../support/harness.ts";
import { messagesOf } from "../support/messages-of.ts";
import { checkpointsOf } from "../support/runs.ts";
import { serviceAgent } from "../support/service-agent.ts";

const agent = serviceAgent("solve", { verify: checkSolution });
const tools = [calculateTool(mathsWorkers())];
let store: Store;
beforeAll(async () => {
  store = await sharedStore();
}, 30_000);

/** Runs one turn to its end. */
const turn = async (
  message: string,
  answers: readonly (readonly ModelPart[])[],
  { threadId = realSystem.id(), historyTokens = 8_000 } = {},
) => {
  const model = modelAnswering(...answers);
  const here = await harness({ store, model, historyTokens, tools });
  const { live, events } = await here.start(agent, { message, threadId });
  const seen = await events;
  const nodes = seen
    .filter(({ type }) => type === "solve_progress")
    .map(({ json }) => JSON.parse(json))
    .map(({ node, status }) => `${node} ${status}`);
  const checked = seen
    .filter(({ type }) => type === "node_result")
    .map(({ json }) => JSON.parse(json))
    .find(({ node }) => node === "check");
  return { model, live, seen, nodes, answer: answerIn(seen), verified: checked?.output.verified };
};

describe("the agent solve", () => {
  test("understands, solves and checks, emits that in order, and stores each node's change", async () => {
    const { seen, nodes, live, verified, model } = await turn("2x + 3 = 7", [[text("**x = 2**")]]);
    expect(seen.map(({ type }) => type)).toEqual([
      "page_start",
      "solve_progress",
      "node_result",
      "solve_progress",
      "solve_progress",
      "token",
      "solve_progress",
      "solve_progress",
      "node_result",
      "solve_progress",
      "credit_settled",
      "done",
    ]);
    expect(nodes).toEqual([
      "understand in_progress",
      "understand completed",
      "solve in_progress",
      "solve completed",
      "check in_progress",
      "check completed",
    ]);
    expect(verified).toBe(true);
    expect(model.requests).toHaveLength(1);
    const points = await checkpointsOf(store, live.threadKey);
    expect(points.map(({ node, change }) => [node, JSON.parse(change)])).toEqual([
      ["understand", { language: "en", maths: true, equations: ["2x + 3 = 7"] }],
      ["solve", { answer: "**x = 2**" }],
      ["check", { answer: "**x = 2**", verified: true }],
    ]);
    const log = await logOf(store, live.threadKey);
    // Each comes after its node's text and before the node's completion.
    for (const { node, seq } of points) {
      const completed = log.find(({ json }) => json.includes(`"${node}"`) && json.includes("completed"));
      expect(completed?.seq).toBe(seq + 1);
    }
  });

  test("visibly calls the model once more when its solution is wrong", async () => {
    const { answer, verified, model, live } = await turn("2x + 3 = 7", [[text("**x = 3**")], [text("No: **x = 2**")]]);
    expect(answer).toBe("**x = 3**\n\nNo: **x = 2**");
    expect(verified).toBe(true);
    expect(model.requests).toHaveLength(2);
    expect(model.requests[1]?.messages.at(-1)).toMatchObject({ role: "user" });
    expect(JSON.stringify(model.requests[1]?.messages.at(-1))).toContain("2x + 3 = 7");
    expect((await messagesOf(store, live.threadKey)).at(-1)?.content).toBe(answer);
  });

  test("does not call it a third time", async () => {
    const { verified, model } = await turn("2x + 3 = 7", [[text("**x = 3**")], [text("**x = 4**")]]);
    expect(verified).toBe(false);
    expect(model.requests).toHaveLength(2);
  });

  test("calls it once when the answer cannot be verified, and does not check a question without an equation", async () => {
    const incomplete = await turn("x + y = 5", [[text("**x = 5**")]]);
    expect([incomplete.verified, incomplete.model.requests.length]).toEqual([null, 1]);
    const none = await turn("What is 12 divided by 4?", [[text("**3**")]]);
    expect(none.model.requests).toHaveLength(1);
    expect(none.nodes).not.toContain("check in_progress");
  });

  test("answers in the language of the question", async () => {
    const korean = await turn("누가 햄릿을 썼나요?", [[text("셰익스피어.")]]);
    expect(korean.model.requests[0]?.system).toContain("Korean");
    expect(korean.seen.find(({ type }) => type === "solve_progress")?.json).toContain("읽고");
    expect((await turn("Who wrote Hamlet?", [[text("S.")]])).model.requests[0]?.system).toContain("English");
  });

  test("sends the model as much history as HISTORY_TOKENS allows, preferring the newest", async () => {
    const threadId = realSystem.id();
    const filler = "word ".repeat(40); // 50 tokens
    for (const name of ["one", "two", "three"])
      await turn(`${name} ${filler}`, [[text(`${name} answered`)]], { threadId });
    const remembered = async (historyTokens: number) => {
      const { model } = await turn("and now", [[text("ok")]], { threadId, historyTokens });
      const [first = []] = [model.requests[0]?.messages ?? []];
      return first.map((message) => ("content" in message ? message.content.split(" ").slice(0, 2).join(" ") : ""));
    };
    expect(await remembered(8_000)).toEqual([
      "one word",
      "one answered",
      "two word",
      "two answered",
      "three word",
      "three answered",
      "and now",
    ]);
    expect(await remembered(60)).toEqual(["three word", "three answered", "and now", "ok", "and now"]);
    expect(await remembered(0)).toEqual(["and now"]);
  });
});
