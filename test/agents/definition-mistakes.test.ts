import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { isAgentDefinition } from "../../src/agents/define-agent.ts";
import { definitionMistakes } from "../../src/agents/definition-mistakes.ts";
import { agent, tool } from "../../src/agents/public.ts";

const run = async function* () {};
const execute = () => null;
const described = { description: "Says what is so.", execute };

test("what agent() returns is told from other objects", () => {
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
  ["an unknown field", { run, tool: [] }, "tool is unknown; there are description, tools,"],
  ["a field of all objects", { run, constructor: 1 }, "constructor is unknown"],
  ["approve", { run, approve: ["a"] }, "approve is not available in this release"],
  ["a timeout that is none", { run, timeout: "soon" }, "timeout must be a duration such as 30s"],
  ["tools that are no list", { run, tools: "calculate" }, "tools must be a list"],
  ["a tool that is none", { run, tools: ["a", {}] }, "tools[1] must be a name, a glob, or what tool() returns"],
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
    "a tool's input that refers to what is not there",
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
  ["a node's unknown field", { start: "a", nodes: { a: { run, after: "b" } } }, "nodes.a.after is unknown"],
])("%s is reported with its field and the remedy", async (_what, definition, message) => {
  const mistakes = await definitionMistakes(definition);
  expect(mistakes.map((mistake) => `${mistake.field} ${mistake.message}`)).toContainEqual(
    expect.stringContaining(message),
  );
});

test("all mistakes are reported at once", async () => {
  const mistakes = await definitionMistakes({ timeout: 5, approve: [], start: "x", nodes: { a: { run: 1 } } });
  expect(mistakes.map(({ field }) => field)).toEqual(["timeout", "approve", "nodes.a.run", "start"]);
});
