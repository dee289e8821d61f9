import type { System } from "../../domain/system.ts";
import { specMistake } from "../../models/spec.ts";
import { isAgentDefinition } from "../define-agent.ts";
import type { AgentDefinition } from "../definition.ts";
import { definitionMistakes } from "../definition-mistakes.ts";
import type { References } from "./check-fields.ts";
import type { AgentFile } from "./folder.ts";
import { importMistake, lineWith, type ModuleMistake } from "./import-mistake.ts";
import { importModule } from "./import-module.ts";
import type { ModuleFiles } from "./module-files.ts";
import { readText } from "./read-text.ts";
import { toolMistake } from "./tool-names.ts";

/** Source, or a bundle of it. */
const MAX_BYTES = 8 * 1_048_576;

export interface CodeFileParts {
  readonly references: References;
  /** Every file that the folder's modules import. */
  readonly modules: ModuleFiles;
  /** The most time that the import of one file may take, in milliseconds. */
  readonly importMs: number;
  readonly system: System;
}

/** `helper`: the file defines no agent, and another one imports it. */
type ReadCodeFile =
  | { readonly definition: AgentDefinition }
  | "helper"
  | { readonly mistakes: readonly ModuleMistake[] };

/** Imports a code agent's file and checks what it exports. Never throws. */
export const readCodeFile = async ({ path }: AgentFile, parts: CodeFileParts): Promise<ReadCodeFile> => {
  const wrong = (line: number | null, message: string): ReadCodeFile => ({
    mistakes: [{ path, line, field: null, message }],
  });
  const read = await readText(path, MAX_BYTES);
  if ("message" in read) return wrong(read.line, read.message);
  const isHelper = isImported(path, parts.modules);
  if (read.text.trim() === "" && !isHelper) return wrong(null, `is empty: ${EXPORT_AN_AGENT}`);
  const imported = await importModule(path, parts.importMs, parts.system);
  if (imported === "unfinished") return wrong(null, unfinished(parts.importMs));
  if ("thrown" in imported) {
    return { mistakes: [await importMistake(imported.thrown, path, parts.modules)] };
  }
  const exported = imported.exports.default;
  if (!isAgentDefinition(exported)) {
    if (isHelper) return "helper";
    const line = await lineWith(path, (text) => /\bexport\s+default\b/.test(text));
    return wrong(line, exported === undefined ? `has no default export: ${EXPORT_AN_AGENT}` : NO_AGENT);
  }
  const mistakes = await mistakesOf(path, exported, parts.references);
  return mistakes.length > 0 ? { mistakes } : { definition: exported };
};

const EXPORT_AN_AGENT = "write `export default agent({ … })`, with `agent` from the module yeoul";
const NO_AGENT = `exports by default what is no agent: ${EXPORT_AN_AGENT}`;
const unfinished = (ms: number): string =>
  `has not finished its import after ${ms / 1000} s: await nothing endless at its top level, and restart the service`;

const isImported = (path: string, modules: ModuleFiles): boolean =>
  [...modules].some(([importer, imports]) => importer !== path && imports.includes(path));

/** Everything that is wrong with a definition, each field with its line. */
const mistakesOf = async (
  path: string,
  definition: AgentDefinition,
  { providers, tools }: References,
): Promise<readonly ModuleMistake[]> => {
  const itself = await definitionMistakes(definition);
  const wrong = new Set(itself.map(({ field }) => field));
  const { model, tools: named = [], approve = [] } = definition;
  const unopened = model === undefined || wrong.has("model") ? null : specMistake([model].flat().join(","), providers);
  const unknown = wrong.has("tools") ? [] : named.filter((tool) => typeof tool === "string");
  const own = wrong.has("tools") ? [] : named.filter((tool) => typeof tool !== "string").map(({ name }) => name);
  const ownToo = { ...tools, names: [...tools.names, ...own] };
  const mistakes = [
    ...itself,
    ...(unopened === null ? [] : [{ field: "model", message: unopened }]),
    ...unknown.flatMap((pattern) => {
      const message = toolMistake(pattern, tools);
      return message === null ? [] : [{ field: "tools", message }];
    }),
    ...(wrong.has("approve") ? [] : approve).flatMap((pattern) => {
      const message = toolMistake(pattern, ownToo);
      return message === null ? [] : [{ field: "approve", message }];
    }),
  ];
  return Promise.all(
    mistakes.map(async ({ field, message }) => ({ path, line: await lineOf(path, field), field, message })),
  );
};

/**
 * The line on which a field is named: `nodes.answer.run` is the first `run` after the first `answer` after the first
 * `nodes`. What stands elsewhere, such as a tool that has a name of its own, is where its list is.
 */
const lineOf = async (path: string, field: string): Promise<number | null> => {
  let line: number | null = null;
  for (const name of field.replaceAll(/\[\d+\]/g, "").match(/[\w$]+/g) ?? []) {
    const word = new RegExp(`(?<![\\w$.])${RegExp.escape(name)}(?![\\w$])`);
    line = (await lineWith(path, (text) => word.test(text), line ?? 1)) ?? line;
  }
  return line;
};
