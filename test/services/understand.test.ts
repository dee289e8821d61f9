import { describe, expect, test } from "bun:test";
import { agentContext, modelAnswering, text } from "../support/agent-context.ts";
import { cpuMs } from "../support/cpu.ts";
import { serviceAgent } from "../support/service-agent.ts";
import { walked } from "../support/walked.ts";

const agent = serviceAgent("solve");

/** Returns what the node says of a question. */
const read = async (message: string): Promise<unknown> => {
  const { events } = await walked(agent, agentContext(modelAnswering([text("…")]), { message }));
  const [output] = events.flatMap(({ type, payload }) => (type === "node_result" ? [payload.output] : []));
  return output;
};

describe("a question is read", () => {
  test.each<[string, object]>([
    ["2x + 3 = 7 을 풀어줘.", { language: "ko", maths: true, equations: ["2x + 3 = 7"] }],
    ["Solve ２x＋３＝７.", { language: "en", maths: true, equations: ["2x+3=7"] }],
    ["lim_{x→0} sin(x)/x", { maths: false, equations: [] }],
    ["Plan a 3-day trip to Busan", { language: "en", maths: false, equations: [] }],
    ["Meet me on 2026-11-27?", { language: "en", maths: false, equations: [] }],
    ["안녕하세요, 무엇을 도와주실 수 있나요?", { language: "ko", maths: false, equations: [] }],
    ["", { maths: false, equations: [] }],
  ])("%j", async (message, expected) => {
    expect(await read(message)).toMatchObject(expected);
  });
});

test("a question of a megabyte is read quickly", async () => {
  for (const piece of ["1 ", "a ", "합", "log ", "부터 1", " ", `1${" ".repeat(9_999)}`, "x=1 "]) {
    expect(await cpuMs(() => read(piece.repeat(1_000_000 / piece.length)))).toBeLessThan(500);
  }
});
