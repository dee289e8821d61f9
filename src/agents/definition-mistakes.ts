import { parseDuration } from "../domain/duration.ts";
import { schemaMistake } from "../tools/input-check.ts";
import { kindOf } from "./mistake.ts";

/** What is wrong with a definition. `message` completes a sentence that begins with the field, and names the remedy. */
export interface DefinitionMistake {
  /** Such as `timeout` or `nodes.answer.run`. */
  readonly field: string;
  readonly message: string;
}

const NODE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;

type Check = (value: unknown) => string | null;

const text: Check = (value) => (typeof value === "string" ? null : `must be a text, not ${kindOf(value)}`);
const callable: Check = (value) => (typeof value === "function" ? null : `must be a function, not ${kindOf(value)}`);
const texts: Check = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === "string") ? null : "must be a list of texts";

const COMMON: Readonly<Record<string, Check>> = {
  description: text,
  tools: (value) => (Array.isArray(value) ? null : "must be a list of names and tools"),
  approve: () => "is not available in this release: leave it out",
  collections: texts,
  model: (value) => (typeof value === "string" ? null : texts(value) && "must be a model spec, or a list of them"),
  settings: (value) => (typeof value === "object" && value !== null ? null : "must be an object"),
  timeout: (value) =>
    typeof value === "string" && parseDuration(value) !== null ? null : "must be a duration such as 30s or 5m",
  historyTokens: (value) =>
    Number.isInteger(value) && (value as number) >= 0 ? null : "must be a whole number of tokens, 0 or more",
  title: callable,
};
const RUN: Readonly<Record<string, Check>> = { ...COMMON, run: callable };
const GRAPH: Readonly<Record<string, Check>> = {
  ...COMMON,
  start: text,
  nodes: (value) => (typeof value === "object" && value !== null ? null : "must be an object of nodes by name"),
  begin: callable,
  result: callable,
};
const NODE: Readonly<Record<string, Check>> = { run: callable, next: callable, stage: text, message: callable };

/** Returns everything that is wrong with a definition by itself. Whether its tools and models exist, others know. */
export const definitionMistakes = async (definition: object): Promise<readonly DefinitionMistake[]> => [
  ...fieldsMistaken(definition),
  ...(await schemasMistaken(definition)),
];

/** The same without the schemas of its tools, whose check may have to be loaded. */
export const fieldsMistaken = (definition: object): readonly DefinitionMistake[] => {
  const isGraph = "nodes" in definition;
  if (isGraph === "run" in definition) {
    return [
      { field: "run", message: isGraph ? "and nodes exclude each other" : "is missing, and so are start and nodes" },
    ];
  }
  const mistakes = fieldMistakes(definition, isGraph ? GRAPH : RUN, "");
  const { tools } = definition as { readonly tools?: unknown };
  if (Array.isArray(tools)) mistakes.push(...tools.flatMap(toolMistakes), ...namesTaken(tools));
  return isGraph ? [...mistakes, ...graphMistakes(definition)] : mistakes;
};

const fieldMistakes = (value: object, checks: Readonly<Record<string, Check>>, prefix: string): DefinitionMistake[] =>
  Object.entries(value).flatMap(([name, item]) => {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (item === undefined && check !== undefined) return [];
    const message = check === undefined ? `is unknown; there are ${Object.keys(checks).join(", ")}` : check(item);
    return message === null ? [] : [{ field: prefix + name, message }];
  });

const graphMistakes = (definition: object): readonly DefinitionMistake[] => {
  const { nodes, start } = definition as { readonly nodes: unknown; readonly start?: unknown };
  if (typeof nodes !== "object" || nodes === null) return [];
  const names = Object.keys(nodes);
  const mistakes = Object.entries(nodes).flatMap(([name, node]) => nodeMistakes(name, node));
  if (typeof start === "string" && names.includes(start)) return mistakes;
  return [
    ...mistakes,
    { field: "start", message: `must name one of the nodes: ${names.join(", ") || "there are none"}` },
  ];
};

const nodeMistakes = (name: string, node: unknown): readonly DefinitionMistake[] => {
  const field = `nodes.${name}`;
  if (!NODE_NAME.test(name)) return [{ field, message: "must have a name of 1 to 63 letters, digits, _, . and -" }];
  if (typeof node !== "object" || node === null) return [{ field, message: `must be an object, not ${kindOf(node)}` }];
  const missing = "run" in node ? [] : [{ field: `${field}.run`, message: "is missing" }];
  return [...fieldMistakes(node, NODE, `${field}.`), ...missing];
};

const toolMistakes = (tool: unknown, at: number): readonly DefinitionMistake[] => {
  const field = `tools[${at}]`;
  if (typeof tool === "string") return tool === "" ? [{ field, message: "must not be empty" }] : [];
  if (typeof tool !== "object" || tool === null || !("call" in tool)) {
    return [{ field, message: "must be a name, a glob, or what tool() returns" }];
  }
  const { name, description } = tool as { readonly name?: unknown; readonly description?: unknown };
  const isNamed = typeof name === "string" && TOOL_NAME.test(name);
  const isDescribed = typeof description === "string" && description.trim() !== "";
  return [
    ...(isNamed ? [] : [{ field: `${field}.name`, message: "must have 1 to 64 letters, digits, _ and -" }]),
    ...(isDescribed ? [] : [{ field: `${field}.description`, message: "must tell the model what the tool does" }]),
  ];
};

/** Models refuse two tools of one name. A name that is listed twice still selects one tool. */
const namesTaken = (tools: readonly unknown[]): readonly DefinitionMistake[] => {
  const names = tools.map((tool) => (isTool(tool) ? tool.name : tool));
  return tools.flatMap((tool, at) =>
    isTool(tool) && names.some((name, other) => other !== at && name === tool.name)
      ? [{ field: `tools[${at}].name`, message: "is another tool's in the list: give each its own" }]
      : [],
  );
};

const isTool = (tool: unknown): tool is { readonly name: unknown } =>
  typeof tool === "object" && tool !== null && "name" in tool;

const schemasMistaken = async (definition: object): Promise<readonly DefinitionMistake[]> => {
  const { tools } = definition as { readonly tools?: unknown };
  if (!Array.isArray(tools)) return [];
  const mistakes: DefinitionMistake[] = [];
  for (const [at, tool] of tools.entries()) {
    if (typeof tool !== "object" || tool === null || !("input" in tool)) continue;
    const message = await schemaMistake(tool.input);
    if (message !== null) mistakes.push({ field: `tools[${at}].input`, message });
  }
  return mistakes;
};
