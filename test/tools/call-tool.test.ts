import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { callTool } from "../../src/tools/call-tool.ts";
import { type Tool, type ToolContext, ToolError } from "../../src/tools/contract.ts";
import { allTools } from "../support/all-tools.ts";
import { nested } from "../support/nested.ts";
import { finish, toolContext } from "../support/tool-context.ts";

const Input = Type.Object({ word: Type.String({ maxLength: 5 }), times: Type.Optional(Type.Integer()) });
const tool = (work: (word: string, context: ToolContext) => unknown): Tool<typeof Input> => ({
  name: "say",
  description: "Says a word.",
  input: Input,
  async *call({ word }, context) {
    yield { type: "image_placeholder", payload: { image_id: "i1", alt: word } };
    return await work(word, context);
  },
});
const never = (error: unknown): void => {
  throw new Error("nothing unexpected was expected", { cause: error });
};
const call = async (one: Tool, input: unknown, onUnexpected = never, context = toolContext(), name = "say") =>
  await finish(callTool([one], { name, input }, context, onUnexpected));

test("a valid call passes on the tool's events and returns its output", async () => {
  const { events, value } = await call(
    tool((word) => ({ echoed: word })),
    { word: "hi" },
  );
  expect(events).toEqual([{ type: "image_placeholder", payload: { image_id: "i1", alt: "hi" } }]);
  expect(value).toEqual({ output: { echoed: "hi" }, isError: false });
});

test.each<[string, unknown, string]>([
  ["a missing field", {}, "/word"],
  ["a wrong type", { word: 5 }, "/word"],
  ["a string too long", { word: "secret-value" }, "/word"],
  ["a wrong optional field", { word: "hi", times: 1.5 }, "/times"],
  ["no object", [1], "object"],
  ["arguments that were no JSON", '{"word":', "not valid JSON"],
  ["null", null, "object"],
])("%s is reported to the model without running the tool", async (_what, input, hint) => {
  const { events, value } = await call(tool(never), input);
  expect(events).toEqual([]);
  expect(value.isError).toBe(true);
  expect(JSON.stringify(value.output)).toContain(hint);
  expect(JSON.stringify(value.output)).not.toContain("secret-value");
});

test("a call of an unknown tool gets the list of tools", async () => {
  const { value } = await call(tool(never), { word: "hi" }, never, toolContext(), "sing");
  expect(value).toEqual({ output: { error: "There is no tool of that name; there are say." }, isError: true });
});

test("a tool that cannot answer gives the model the reason", async () => {
  const { value } = await call(
    tool(() => {
      throw new ToolError("Use a shorter word.");
    }),
    { word: "hi" },
  );
  expect(value).toEqual({ output: { error: "Use a shorter word." }, isError: true });
});

test("a tool that throws is reported, and the model gets no details", async () => {
  const reported: unknown[] = [];
  const broken = new Error("postgres://user:password@host");
  const { value } = await call(
    tool(() => {
      throw broken;
    }),
    { word: "hi" },
    (error) => reported.push(error),
  );
  expect(reported).toEqual([broken]);
  expect(value.isError).toBe(true);
  expect(JSON.stringify(value.output)).not.toContain("password");
});

test("outputs are storable, and too large ones are refused", async () => {
  const repaired = await call(
    tool(() => ({ a: "x\0y\ud800", b: undefined })),
    { word: "hi" },
  );
  expect(repaired.value).toEqual({ output: { a: "x\uFFFDy\uFFFD" }, isError: false });
  const large = await call(
    tool(() => "x".repeat(30_000)),
    { word: "hi" },
  );
  expect(large.value).toEqual({
    output: { error: "The output is longer than 20000 characters; ask for less." },
    isError: true,
  });
  // The embedded Postgres would never return from storing it.
  const deep = await call(
    tool(() => nested(8_000)),
    { word: "hi" },
  );
  expect(deep.value).toEqual({
    output: { error: "The output is nested deeper than 512 levels; ask for a part of it." },
    isError: true,
  });
  const nothing = await call(
    tool(() => undefined),
    { word: "hi" },
  );
  expect(nothing.value).toEqual({ output: null, isError: false });
});

test("an abort throws the signal's reason, before and during the call", async () => {
  const reason = new Error("stopped");
  const controller = new AbortController();
  const context = toolContext({ signal: controller.signal });
  const working = tool(() => {
    controller.abort(reason);
    throw new ToolError("late");
  });
  expect(call(working, { word: "hi" }, never, context)).rejects.toBe(reason);
  expect(call(tool(never), { word: "hi" }, never, toolContext({ signal: AbortSignal.abort(reason) }))).rejects.toBe(
    reason,
  );
});

test("all tools have distinct names, full descriptions and object schemas that models accept", () => {
  const tools = allTools();
  const names = tools.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(0);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, description, input } of tools) {
    // What OpenAI, Anthropic and Google all accept.
    expect(name).toMatch(/^[A-Za-z_][\w-]{0,63}$/);
    expect(description.length).toBeGreaterThan(80);
    expect(JSON.parse(JSON.stringify(input))).toMatchObject({ type: "object" });
  }
});
