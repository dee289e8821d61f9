import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Texts by their paths, as `scripts/build-starter.ts` collects them. */
type StarterFiles = Readonly<Record<string, string>>;

const BUILT = new URL("../../../dist/starter.bundle", import.meta.url).pathname;

const starterFiles = async (): Promise<StarterFiles> => {
  const isExecutable = /\$bunfs|~BUN/u.test(import.meta.url);
  const file = Bun.file(isExecutable ? (await import("./embedded.ts")).embeddedBundle : BUILT);
  if (!(await file.exists())) throw new Error("the example agents are not built: run bun run build first");
  return (await file.json()) as StarterFiles;
};

/** What became of the files, as paths. */
interface Written {
  readonly written: readonly string[];
  /** These existed, and are as they were. */
  readonly existing: readonly string[];
}

/**
 * Writes an example of each kind of agent into a folder, with `mcp.json`, `tsconfig.json` and the types of the module
 * `yeoul`. Overwrites nothing. Throws an Error that names the path when one cannot be written.
 */
export const writeStarter = async (dir: string): Promise<Written> => {
  const written: string[] = [];
  const existing: string[] = [];
  for (const [name, text] of Object.entries(await starterFiles())) {
    const path = join(dir, name);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { flag: "wx" });
      written.push(path);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EEXIST") throw cannotWrite(path, error);
      existing.push(path);
    }
  }
  return { written, existing };
};

const cannotWrite = (path: string, error: unknown): Error => {
  const { code } = error as { code?: unknown };
  const why =
    code === "ENOTDIR"
      ? "a part of its path is a file: name another folder"
      : code === "EACCES" || code === "EPERM" || code === "EROFS"
        ? "this user may not write there: name another folder, or change its permissions"
        : `the disk refused it (${String(code)})`;
  return new Error(`cannot write ${path}: ${why}`, { cause: error });
};
