import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FileMistake } from "../../domain/file-mistake.ts";
import { systemErrorText } from "./system-error.ts";

/** A file of `AGENTS_DIR` that may define an agent. */
export interface AgentFile {
  /** The agent's name: that of the file, without its ending. */
  readonly name: string;
  readonly kind: "text" | "code";
  /** Where it is, links resolved. */
  readonly path: string;
  /** Its path below `AGENTS_DIR` as configured, for mistakes. */
  readonly shown: string;
}

export interface Folder {
  /** In the order of their names. Those with a mistake are not among them. */
  readonly files: readonly AgentFile[];
  readonly mistakes: readonly FileMistake[];
}

const KINDS: Readonly<Record<string, AgentFile["kind"]>> = { ".md": "text", ".ts": "code", ".js": "code" };
const ENDING = /^(.*)(\.md|\.ts|\.js)$/s;
const TYPES = /\.d\.ts$/;

/**
 * Lists what may define an agent: `NAME.md`, `NAME.ts` and `NAME.js` in the folder itself, links included. Types
 * (`*.d.ts`), hidden files, other endings and folders below are left out. A folder that does not exist is empty. Never
 * throws.
 */
export const agentFilesIn = async (dir: string): Promise<Folder> => {
  let names: readonly string[];
  try {
    names = (await readdir(dir)).toSorted();
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return { files: [], mistakes: [] };
    return { files: [], mistakes: [{ file: dir, line: null, field: null, message: systemErrorText(error, "folder") }] };
  }
  const files: AgentFile[] = [];
  const mistakes: FileMistake[] = [];
  for (const entry of names) {
    const [, name = "", ending = ""] = ENDING.exec(entry) ?? [];
    const kind = KINDS[ending];
    if (kind === undefined || TYPES.test(entry) || entry.startsWith(".")) continue;
    const shown = join(dir, entry);
    const located = await locate(shown);
    if ("message" in located) mistakes.push({ file: shown, line: null, field: null, message: located.message });
    else files.push({ name, kind, path: located.path, shown });
  }
  return { files, mistakes };
};

/** Resolves links. Anything but a file has no text, or, like a pipe, may never end. */
const locate = async (path: string): Promise<{ readonly path: string } | { readonly message: string }> => {
  try {
    const found = await stat(path);
    if (found.isDirectory())
      return { message: "is a folder: put the agent into a file of that name, or give the folder another one" };
    if (!found.isFile()) return { message: "is not a regular file: put a file in its place, or remove it" };
    return { path: await realpath(path) };
  } catch (error) {
    return { message: systemErrorText(error, "file") };
  }
};
