import { readFile } from "node:fs/promises";
import type { ModuleFiles } from "./module-files.ts";

/** A mistake in a module of the operator's. */
export interface ModuleMistake {
  /** The absolute path of the file that holds it, links resolved. */
  readonly path: string;
  /** The property of the agent's definition. Null: the mistake is in none. */
  readonly field: string | null;
  readonly line: number | null;
  readonly message: string;
}

/** What Bun throws for a module that does not parse (`BuildMessage`) or is not found (`ResolveMessage`). */
interface BunMessage {
  readonly name: string;
  readonly message: string;
  readonly position?: { readonly file: string; readonly line: number } | null;
  readonly specifier?: string;
  readonly referrer?: string;
}

const NO_EXPORT = /^Export named '(.+?)' not found in module '(.+?)'\.?$/s;
/** A frame of a stack, such as `at load (/srv/agents/lib/load.ts:7:36)`. */
const FRAME = /\(?(\/[^()\n]+):(\d+):\d+\)?$/gm;

/**
 * Says what the import of the module at `path` threw, where, and how to mend it. `files`: all that the folder's modules
 * import.
 */
export const importMistake = async (thrown: unknown, path: string, files: ModuleFiles): Promise<ModuleMistake> => {
  const place = await placeOf(thrown, files);
  return { field: null, ...place, path: place.path ?? path };
};

type Place = Pick<ModuleMistake, "line" | "message"> & { readonly path: string | null };

const placeOf = async (thrown: unknown, files: ModuleFiles): Promise<Place> => {
  if (!hasMessage(thrown)) {
    return { path: null, line: null, message: `throws a ${typeof thrown} when it is imported: have it throw an Error` };
  }
  // Several errors of one file come together; the first one is where to begin.
  const [first] = thrown instanceof AggregateError ? thrown.errors : [];
  if (first !== undefined) return await placeOf(first, files);
  const { name, message, position, specifier, referrer } = thrown;
  const words = oneLine(message);
  if (name === "BuildMessage") {
    return { path: position?.file ?? null, line: position?.line ?? null, message: `cannot be parsed: ${words}` };
  }
  if (specifier !== undefined && referrer !== undefined) {
    const remedy = /^[./]/.test(specifier)
      ? "correct the path"
      : "install the package in a node_modules beside the file";
    const line = await lineWith(referrer, (text) => text.includes(specifier));
    return { path: referrer, line, message: `imports "${specifier}", which cannot be found: ${remedy}` };
  }
  const [, missing, from] = NO_EXPORT.exec(message) ?? [];
  if (missing !== undefined && from !== undefined) return await noExport(missing, from, files);
  const frame = [...(thrown.stack ?? "").matchAll(FRAME)].find(([, path = ""]) => files.has(path));
  const place = { path: frame?.[1] ?? null, line: frame === undefined ? null : Number(frame[2]) };
  return { ...place, message: `throws when it is imported: ${words}` };
};

const noExport = async (name: string, from: string, files: ModuleFiles): Promise<Place> => {
  const message = `imports "${name}", which ${from} does not export: correct the name`;
  const word = new RegExp(`(?<![\\w$])${RegExp.escape(name)}(?![\\w$])`);
  for (const [path, imported] of files) {
    if (from.startsWith("/") && !imported.includes(from)) continue;
    const line = await lineWith(path, (text) => word.test(text));
    if (line !== null) return { path, line, message };
  }
  return { path: null, line: null, message };
};

const hasMessage = (thrown: unknown): thrown is BunMessage & { readonly stack?: string } =>
  typeof thrown === "object" && thrown !== null && typeof (thrown as { message?: unknown }).message === "string";

const MAX_SHOWN = 500;
const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim().replace(/\.$/, "").slice(0, MAX_SHOWN);

/** The number of the first line that passes, from the line `from` on. Null: none does, or the file cannot be read. */
export const lineWith = async (path: string, passes: (line: string) => boolean, from = 1): Promise<number | null> => {
  const text = await readFile(path, "utf8").catch(() => "");
  const at = text.split("\n").findIndex((line, index) => index + 1 >= from && passes(line));
  return at < 0 ? null : at + 1;
};
