import { schemaMistake } from "../tools/input-check.ts";
import { toolDefinition } from "./define-tool.ts";
import { type Check, type DefinitionMistake, fieldMistakes } from "./field-mistakes.ts";
import { settledMistake } from "./function-form.ts";
import { AgentMistake, kindOf } from "./mistake.ts";

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

const FIELDS: Readonly<Record<string, Check>> = {
  name: (value) =>
    typeof value === "string" && NAME.test(value) ? null : "must have 1 to 64 letters, digits, _ and -",
  description: (value) =>
    typeof value === "string" && value.trim() !== "" ? null : "must tell the model what the tool does",
  // The schema is checked by itself, see `schemaMistakes`.
  input: () => null,
  repeat: (value) => (typeof value === "boolean" ? null : `must be true or false, not ${kindOf(value)}`),
  execute: settledMistake,
};

const REQUIRED = ["name", "description", "execute"] as const;

/** What is wrong with the tools of a list, their schemas not included. Strings are names and globs. */
export const toolMistakes = (tools: readonly unknown[]): readonly DefinitionMistake[] => [
  ...tools.flatMap(mistakesOf),
  ...namesTaken(tools),
];

const mistakesOf = (tool: unknown, at: number): readonly DefinitionMistake[] => {
  const field = `tools[${at}]`;
  if (typeof tool === "string") return tool === "" ? [{ field, message: "must not be empty" }] : [];
  if (typeof tool !== "object" || tool === null || !("call" in tool)) {
    return [{ field, message: "must be a name, a glob, or what tool() returns" }];
  }
  const definition = toolDefinition(tool);
  if (definition !== undefined) return fieldMistakes(definition, FIELDS, `${field}.`, REQUIRED);
  const { name, description } = tool as { readonly name?: unknown; readonly description?: unknown };
  return fieldMistakes({ name, description }, FIELDS, `${field}.`, ["name", "description"]);
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

/** What is wrong with the schemas of a list of tools. */
export const schemaMistakes = async (tools: readonly unknown[]): Promise<readonly DefinitionMistake[]> => {
  const mistakes: DefinitionMistake[] = [];
  for (const [at, tool] of tools.entries()) {
    if (typeof tool !== "object" || tool === null || !("input" in tool)) continue;
    const message = await schemaMistake(tool.input);
    if (message !== null) mistakes.push({ field: `tools[${at}].input`, message });
  }
  return mistakes;
};

/** Checks the tools of one conversation. Those that the agent lists were checked when it was loaded. */
export const checkTools = (tools: readonly unknown[]): void => {
  const name = tools.findIndex((tool) => typeof tool === "string");
  const [mistake] =
    name < 0 ? toolMistakes(tools) : [{ field: `tools[${name}]`, message: "is a name: pick from context.tools" }];
  if (mistake !== undefined) throw new AgentMistake(`a conversation's ${mistake.field} ${mistake.message}`);
};
