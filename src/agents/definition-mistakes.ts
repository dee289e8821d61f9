import { parseDuration } from "../domain/duration.ts";
import { type ModelSettings, ReasoningEffort } from "../domain/model-settings.ts";
import { type Check, type DefinitionMistake, fieldMistakes } from "./field-mistakes.ts";
import { plainMistake, runMistake } from "./function-form.ts";
import { kindOf } from "./mistake.ts";
import { schemaMistakes, toolMistakes } from "./tool-mistakes.ts";

const NODE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

const text: Check = (value) => (typeof value === "string" ? null : `must be a text, not ${kindOf(value)}`);
const texts: Check = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === "string") ? null : "must be a list of texts";
const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const number =
  (minimum: number, maximum: number): Check =>
  (value) =>
    typeof value === "number" && value >= minimum && value <= maximum
      ? null
      : `must be a number from ${minimum} to ${maximum}`;
const integer =
  (minimum: number, words: string): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= minimum ? null : `must be a whole number ${words}`;

const COMMON: Readonly<Record<string, Check>> = {
  description: text,
  tools: (value) => (Array.isArray(value) ? null : "must be a list of names and tools"),
  approve: texts,
  collections: texts,
  model: (value) => (typeof value === "string" ? null : texts(value) && "must be a model spec, or a list of them"),
  settings: (value) => (isObject(value) ? null : `must be an object, not ${kindOf(value)}`),
  timeout: (value) =>
    typeof value === "string" && parseDuration(value) !== null ? null : "must be a duration such as 30s or 5m",
  historyTokens: integer(0, "of tokens, 0 or more"),
  title: plainMistake,
};
const RUN: Readonly<Record<string, Check>> = { ...COMMON, run: runMistake };
const GRAPH: Readonly<Record<string, Check>> = {
  ...COMMON,
  start: text,
  nodes: (value) => (isObject(value) ? null : "must be an object of nodes by name"),
  begin: plainMistake,
  result: plainMistake,
};
const NODE: Readonly<Record<string, Check>> = {
  run: runMistake,
  next: plainMistake,
  stage: text,
  message: plainMistake,
};
const EFFORTS: readonly unknown[] = ReasoningEffort.anyOf.map((effort) => effort.const);
/** Those of `ModelSettings`. */
const SETTINGS: Readonly<Record<keyof ModelSettings, Check>> = {
  temperature: number(0, 2),
  topP: number(0, 1),
  maxOutputTokens: integer(1, "of tokens, 1 or more"),
  stop: (value) =>
    texts(value) === null && (value as unknown[]).length <= 4 ? null : "must be a list of at most 4 texts",
  seed: integer(Number.MIN_SAFE_INTEGER, "that a double holds exactly"),
  reasoning: (value) => (EFFORTS.includes(value) ? null : `must be one of ${EFFORTS.join(", ")}`),
};

/** Returns everything that is wrong with a definition by itself. Whether its tools and models exist is checked elsewhere. */
export const definitionMistakes = async (definition: object): Promise<readonly DefinitionMistake[]> => [
  ...fieldsMistaken(definition),
  ...(await schemaMistakes(toolsOf(definition))),
];

/** The same without the schemas of its tools, whose check may have to be loaded. */
export const fieldsMistaken = (definition: object): readonly DefinitionMistake[] => {
  const isGraph = "nodes" in definition;
  if (isGraph === "run" in definition) {
    return [
      { field: "run", message: isGraph ? "and nodes exclude each other" : "is missing, and so are start and nodes" },
    ];
  }
  const mistakes = [
    ...(isGraph ? fieldMistakes(definition, GRAPH, "") : fieldMistakes(definition, RUN, "", ["run"])),
    ...settingsMistakes(definition),
    ...toolMistakes(toolsOf(definition)),
  ];
  return isGraph ? [...mistakes, ...graphMistakes(definition)] : mistakes;
};

const settingsMistakes = (definition: object): readonly DefinitionMistake[] => {
  const { settings } = definition as { readonly settings?: unknown };
  return isObject(settings) ? fieldMistakes(settings, SETTINGS, "settings.") : [];
};

const toolsOf = (definition: object): readonly unknown[] => {
  const { tools } = definition as { readonly tools?: unknown };
  return Array.isArray(tools) ? tools : [];
};

const graphMistakes = (definition: object): readonly DefinitionMistake[] => {
  const { nodes, start } = definition as { readonly nodes: unknown; readonly start?: unknown };
  if (!isObject(nodes)) return [];
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
  if (!isObject(node)) return [{ field, message: `must be an object, not ${kindOf(node)}` }];
  return fieldMistakes(node, NODE, `${field}.`, ["run"]);
};
