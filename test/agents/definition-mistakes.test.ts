import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { isAgentDefinition } from "../../src/agents/define-agent.ts";
import { definitionMistakes } from "../../src/agents/definition-mistakes.ts";
import { agent, tool } from "../../src/agents/public.ts";

const run = async function* () {};
const execute = () => null;
const described = { description: "Says what is so.", execute };
/** A tool with fields that its types would refuse. */
const made = (fields: object) =>
  tool({ ...described, name: "a", input: { type: "object" }, ...fields } as Parameters<typeof tool>[0]);

test("what agent() returns is distinguished from other objects", () => {
  expect(isAgentDefinition(agent({ run }))).toBe(true);
  for (const other of [{ run }, null, "agent", run]) expect(isAgentDefinition(other)).toBe(false);
});

test("a definition without mistakes has none", async () => {
  const good = {
    description: "d",
    tools: ["calculate", "calculate", tool({ ...described, name: "a", input: Type.Object({ n: Type.Integer() }) })],
    collections: ["c"],
    model: ["openai:a", "openai:b"],
    settings: { temperature: 0 },
    timeout: "30s",
    historyTokens: 0,
    title: () => "t",
  };
  expect(await definitionMistakes({ ...good, run })).toEqual([]);
  expect(await definitionMistakes({ ...good, start: "a", nodes: { a: { run }, b: { run, stage: "s" } } })).toEqual([]);
});

test.each<[string, object, string]>([
  ["neither run nor nodes", {}, "run is missing, and so are start and nodes"],
  ["run and nodes", { run, nodes: {} }, "run and nodes exclude each other"],
  ["run that is no function", { run: "x" }, "run must be a function, not a string"],
  ["run that is left out", { run: undefined }, "run is missing"],
  ["run that is async", { run: async () => {} }, "run must not be an async function: write it as async *run(context)"],
  ["run that cannot wait", { run: function* () {} }, "run must not be a generator function: write it as async *run("],
  ["a title that is async", { run, title: async () => "t" }, "title must not be an async function: it must return its"],
  ["a beginning that is async", { start: "a", nodes: { a: { run } }, begin: async () => ({}) }, "begin must not be"],
  [
    "a result that is a generator",
    { start: "a", nodes: { a: { run } }, result: run },
    "result must not be an async gen",
  ],
  ["settings that are no object", { run, settings: [] }, "settings must be an object, not an array"],
  [
    "an unknown setting",
    { run, settings: { temprature: 1 } },
    "settings.temprature is unknown; there are temperature,",
  ],
  ["a setting's value", { run, settings: { temperature: 3 } }, "settings.temperature must be a number from 0 to 2"],
  ["a setting's word", { run, settings: { reasoning: "max" } }, "settings.reasoning must be one of none, low, medium"],
  ["an unknown field", { run, tool: [] }, "tool is unknown; there are description, tools,"],
  ["a field that all objects inherit", { run, constructor: 1 }, "constructor is unknown"],
  ["approve that is no list of names", { run, approve: [{}] }, "approve must be a list of texts"],
  ["an invalid timeout", { run, timeout: "soon" }, "timeout must be a duration such as 30s"],
  ["tools that are no list", { run, tools: "calculate" }, "tools must be a list"],
  ["an entry that is no tool", { run, tools: ["a", {}] }, "tools[1] must be a name, a glob, or what tool() returns"],
  [
    "a tool's name",
    { run, tools: [tool({ ...described, name: "get order", input: { type: "object" } })] },
    "tools[0].name must have 1 to 64 letters",
  ],
  [
    "a tool without a description",
    { run, tools: [tool({ name: "a", description: " ", input: { type: "object" }, execute })] },
    "tools[0].description must tell the model",
  ],
  [
    "a tool's unknown field",
    { run, tools: [made({ inputs: {} })] },
    "tools[0].inputs is unknown; there are name, description, input, repeat, execute",
  ],
  ["a tool without execute", { run, tools: [made({ execute: undefined })] }, "tools[0].execute is missing"],
  ["a tool without a name", { run, tools: [made({ name: undefined })] }, "tools[0].name is missing"],
  ["a tool without an input", { run, tools: [made({ input: undefined })] }, "tools[0].input must be a TypeBox or JSON"],
  ["a tool that yields", { run, tools: [made({ execute: run })] }, "tools[0].execute must not be an async generator"],
  ["a tool's repeat", { run, tools: [made({ repeat: "no" })] }, "tools[0].repeat must be true or false, not a string"],
  [
    "a tool's input that is no object",
    { run, tools: [tool({ ...described, name: "a", input: Type.String() })] },
    'tools[0].input must be a schema of `"type": "object"`',
  ],
  [
    "a tool's input that is no JSON Schema",
    {
      run,
      tools: [tool({ ...described, name: "a", input: { type: "object", properties: { n: { type: "whole" } } } })],
    },
    "tools[0].input is no JSON Schema: schema/properties/n/type must be",
  ],
  [
    "a tool's input with a broken reference",
    { run, tools: [tool({ ...described, name: "a", input: { type: "object", $ref: "#/$defs/none" } })] },
    "tools[0].input is no JSON Schema: can't resolve reference",
  ],
  [
    "two tools of one name",
    { run, tools: ["calculate", tool({ ...described, name: "calculate", input: { type: "object" } })] },
    "tools[1].name is another tool's in the list",
  ],
  ["a start that is no node", { start: "b", nodes: { a: { run } } }, "start must name one of the nodes: a"],
  ["a graph without a start", { nodes: { a: { run } } }, "start must name one of the nodes: a"],
  ["a node's name", { start: "a/b", nodes: { "a/b": { run } } }, "nodes.a/b must have a name of 1 to 63 letters"],
  ["a node without run", { start: "a", nodes: { a: {} } }, "nodes.a.run is missing"],
  [
    "a node's run that is async",
    { start: "a", nodes: { a: { run: async () => {} } } },
    "nodes.a.run must not be an async",
  ],
  [
    "a node's next that is async",
    { start: "a", nodes: { a: { run, next: async () => null } } },
    "nodes.a.next must not be",
  ],
  ["a node's unknown field", { start: "a", nodes: { a: { run, after: "b" } } }, "nodes.a.after is unknown"],
])("%s is reported with its field and the remedy", async (_what, definition, message) => {
  const mistakes = await definitionMistakes(definition);
  expect(mistakes.map((mistake) => `${mistake.field} ${mistake.message}`)).toContainEqual(
    expect.stringContaining(message),
  );
});

test("a plain function may be what run is, as it may return another's generator", async () => {
  const plain = () => run();
  expect(await definitionMistakes({ run: plain })).toEqual([]);
  expect(await definitionMistakes({ start: "a", nodes: { a: { run: plain, next: () => null } } })).toEqual([]);
  expect(await definitionMistakes({ run, tools: [made({ execute: async () => null })] })).toEqual([]);
});

test("all mistakes are reported at once", async () => {
  const mistakes = await definitionMistakes({ timeout: 5, approve: "a", start: "x", nodes: { a: { run: 1 } } });
  expect(mistakes.map(({ field }) => field)).toEqual(["timeout", "approve", "nodes.a.run", "start"]);
});
