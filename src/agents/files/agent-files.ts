import { realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import { type FileMistake, inReadingOrder } from "../../domain/file-mistake.ts";
import type { Variables } from "../../domain/substitute.ts";
import type { System } from "../../domain/system.ts";
import type { AgentKind } from "../contract.ts";
import type { AgentDefinition, RunDefinition } from "../definition.ts";
import type { References } from "./check-fields.ts";
import { readCodeFile } from "./code-file.ts";
import { type AgentFile, agentFilesIn } from "./folder.ts";
import type { Remote } from "./front-matter.ts";
import { importModule } from "./import-module.ts";
import { filesBelow, forgetModules, type ModuleFiles, moduleFilesOf } from "./module-files.ts";
import { nameMistakes } from "./name-mistakes.ts";
import { provideModule } from "./provide-module.ts";
import { textAgent } from "./text-agent.ts";
import type { PlacedMistake } from "./yaml-fields.ts";

export interface AgentFilesParts {
  /** `AGENTS_DIR`. */
  readonly dir: string;
  /** The environment that `${NAME}` refers to. */
  readonly variables: Variables;
  /** The names of the agents that the executable includes. */
  readonly builtIn: readonly string[];
  readonly system: System;
  /** Returns how an agent runs that is elsewhere. Null: this build has none. */
  readonly remote: ((remote: Remote) => RunDefinition["run"]) | null;
  /** The most time that the import of one file may take, in milliseconds. Defaults to 10 s. */
  readonly importMs?: number;
}

/** One agent of a folder. */
export interface DefinedAgent {
  readonly name: string;
  readonly kind: AgentKind;
  readonly definition: AgentDefinition;
}

/** What a folder holds. When there are mistakes, some of its agents are missing. */
export interface LoadedAgents {
  /** In the order of their names. */
  readonly agents: readonly DefinedAgent[];
  readonly mistakes: readonly FileMistake[];
  /** What may be a mistake. The agents are as usable as without it. */
  readonly remarks: readonly FileMistake[];
  /** What came from the environment into the headers and URLs of agents that run elsewhere. */
  readonly secrets: readonly string[];
}

/** What one file holds. `agent` is null when it has mistakes, or is only imported by others. */
interface ReadFile {
  readonly file: AgentFile;
  readonly isHelper: boolean;
  readonly agent: DefinedAgent | null;
  readonly mistakes: readonly FileMistake[];
  readonly remarks: readonly FileMistake[];
  readonly secrets: readonly string[];
}

const IMPORT_MS = 10_000;
const NO_REMOTE = { field: "remote", message: "is not available in this release: leave it out" } as const;

/** The agents of a folder, which can be read again and again. */
export class AgentFiles {
  /** What the last reading imported. Null before the first. */
  #imported: ModuleFiles | null = null;
  /** Whether the last reading found mistakes in code. */
  #hasFailed = false;

  constructor(private readonly parts: AgentFilesParts) {
    provideModule();
  }

  /**
   * Reads all files of the folder, and those that its code imports, as they are now. Packages in `node_modules` are
   * read once in the life of the process. Reports every mistake. Never throws. Two calls must not overlap.
   */
  async load(references: References): Promise<LoadedAgents> {
    const { files, mistakes } = await agentFilesIn(this.parts.dir);
    const modules = await this.#modulesOf(files);
    const read = await Promise.all(files.map((file) => this.#read(file, modules, references)));
    this.#hasFailed = read.some(({ file, mistakes }) => file.kind === "code" && mistakes.length > 0);
    const named = read.flatMap(({ file, isHelper }) => (isHelper ? [] : [file]));
    return {
      agents: read.flatMap(({ agent }) => agent ?? []),
      mistakes: inReadingOrder([
        ...mistakes,
        ...nameMistakes(named, this.parts.builtIn),
        ...read.flatMap((one) => one.mistakes),
      ]),
      remarks: inReadingOrder(read.flatMap((one) => one.remarks)),
      secrets: read.flatMap((one) => one.secrets),
    };
  }

  /** Returns the files that code agents import, after making sure that none is taken from an earlier reading. */
  async #modulesOf(files: readonly AgentFile[]): Promise<ModuleFiles> {
    const modules = await moduleFilesOf(files.flatMap(({ kind, path }) => (kind === "code" ? [path] : [])));
    if (this.#imported !== null) {
      const below = await filesBelow(await realpath(this.parts.dir).catch(() => this.parts.dir));
      if (this.#hasFailed) await this.#evaluate([...this.#imported.keys()]);
      forgetModules(new Set([...this.#imported.keys(), ...modules.keys(), ...below]));
    }
    this.#imported = modules;
    return modules;
  }

  /**
   * Imports modules by themselves. A file that another one imports in vain, for an export that it lacks, is linked and
   * never evaluated, and only an evaluated one can be forgotten.
   */
  async #evaluate(paths: readonly string[]): Promise<void> {
    const { system, importMs = IMPORT_MS } = this.parts;
    await Promise.all(paths.map((path) => importModule(path, importMs, system)));
  }

  async #read(file: AgentFile, modules: ModuleFiles, references: References): Promise<ReadFile> {
    const { variables, system, importMs = IMPORT_MS } = this.parts;
    const { name } = file;
    const nothing = { file, isHelper: false, agent: null, mistakes: [], remarks: [], secrets: [] };
    if (file.kind === "text") {
      // Loads a YAML parser, which most services do without.
      const { readTextFile } = await import("./text-file.ts");
      const text = await readTextFile(file, variables, references);
      const placed = (found: readonly PlacedMistake[]) => found.map((one) => ({ ...one, file: file.shown }));
      if ("mistakes" in text) return { ...nothing, mistakes: placed(text.mistakes) };
      const { fields, instructions, secrets } = text;
      const definition = textAgent(fields, instructions);
      const remarks = placed(text.remarks);
      if (fields.remote === undefined)
        return { ...nothing, agent: { name, kind: "text", definition }, remarks, secrets };
      const run = this.parts.remote?.(fields.remote);
      if (run === undefined) return { ...nothing, mistakes: [{ file: file.shown, line: null, ...NO_REMOTE }] };
      return { ...nothing, agent: { name, kind: "remote", definition: { ...definition, run } }, secrets };
    }
    const code = await readCodeFile(file, { references, modules, importMs, system });
    if (code === "helper") return { ...nothing, isHelper: true };
    if ("definition" in code) return { ...nothing, agent: { name, kind: "code", definition: code.definition } };
    const root = await realpath(this.parts.dir).catch(() => this.parts.dir);
    return {
      ...nothing,
      mistakes: code.mistakes.map(({ path, field, line, message }) => ({
        file: path === file.path ? file.shown : shownPath(path, root, this.parts.dir),
        line,
        field,
        message,
      })),
    };
  }
}

/** A path below the folder in the form in which the folder is configured. */
const shownPath = (path: string, root: string, dir: string): string => {
  const below = relative(root, path);
  return below.startsWith("..") ? path : join(dir, below);
};
