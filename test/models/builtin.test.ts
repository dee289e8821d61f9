import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { builtinModel } from "../../src/models/builtin/index.ts";
import type { ModelMessage, ModelPart, ModelRequest, ToolSpec } from "../../src/models/contract.ts";

const toolNamed = (name: string): ToolSpec => ({ name, description: name, input: Type.Object({}) });
const tools = ["solve_equation", "calculate", "plot_function"].map(toolNamed);
const user = (content: string): ModelMessage => ({ role: "user", content, images: [] });

const run = async (request: Partial<ModelRequest>): Promise<ModelPart[]> => {
  const parts: ModelPart[] = [];
  const whole = { system: "", messages: [], tools, ...request };
  for await (const part of builtinModel().stream(whole, { signal: new AbortController().signal })) parts.push(part);
  return parts;
};
const textOf = (parts: readonly ModelPart[]): string =>
  parts.map((part) => (part.type === "text" ? part.delta : "")).join("");

/** The whole exchange: the question, the call, the tool's output, the explanation. */
const ask = async (content: string, output: unknown, isError = false): Promise<string> => {
  const [call] = await run({ messages: [user(content)] });
  if (call?.type !== "tool_call") throw new Error(`no call for ${content}`);
  const { id, name, input } = call;
  const parts = await run({
    messages: [
      user(content),
      { role: "assistant", content: "", toolCalls: [{ id, name, input }] },
      { role: "tool", toolCallId: id, name, output, isError },
    ],
  });
  return textOf(parts);
};

const linear = { solutions: [{ x: "2" }], approximate: [{ x: "2" }], steps: ["2*x+3-3=7-3", "2*x=4", "x=2"] };

describe("a linear equation", () => {
  test("becomes one call of solve_equation, and a finish that says so", async () => {
    const parts = await run({ messages: [user("2x + 3 = 7 을 풀어줘.")] });
    expect(parts.map(({ type }) => type)).toEqual(["tool_call", "finish"]);
    expect(parts[0]).toMatchObject({ name: "solve_equation", input: { equations: ["2*x+3=7"] } });
    expect(parts[1]).toMatchObject({ reason: "tool_calls" });
  });

  test("is explained in Korean with its steps, a check, and the result in bold as the last line", async () => {
    const text = await ask("2x + 3 = 7 을 풀어줘.", linear);
    expect(text.split("\n").at(-1)).toBe("**답: x = 2**");
    expect(text).toContain("2. `2x = 4`");
    expect(text).toContain("검산");
    expect(text).toContain("2·2 + 3 = 7");
  });

  test("is explained in English when it is asked in English", async () => {
    const text = await ask("Solve 2x + 3 = 7", linear);
    expect(text.split("\n").at(-1)).toBe("**Answer: x = 2**");
    expect(text).toContain("2·2 + 3 = 7");
    expect(text).not.toMatch(/[가-힣]/);
  });
});
