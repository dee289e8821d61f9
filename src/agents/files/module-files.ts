import { readdir } from "node:fs/promises";
import { dirname, extname, join } from "node:path";

const LOADERS: Readonly<Record<string, Bun.Transpiler["scan"] extends unknown ? "ts" | "tsx" | "js" | "jsx" : never>> =
  {
    ".ts": "ts",
    ".mts": "ts",
    ".cts": "ts",
    ".tsx": "tsx",
    ".js": "js",
    ".mjs": "js",
    ".cjs": "js",
    ".jsx": "jsx",
  };
const PACKAGES = /[\\/]node_modules[\\/]/;

/** The most files below a folder that are read; more than any folder of agents has. */
const MAX_FILES = 5_000;

/** Each of these modules with the files that it imports, and so on. Packages in `node_modules` are left out. */
export type ModuleFiles = ReadonlyMap<string, readonly string[]>;

/** Reads which files the modules at these paths import. What cannot be read or parsed imports nothing. Never throws. */
export const moduleFilesOf = async (paths: readonly string[]): Promise<ModuleFiles> => {
  const found = new Map<string, readonly string[]>();
  const open = [...paths];
  for (let path = open.pop(); path !== undefined && found.size < MAX_FILES; path = open.pop()) {
    if (found.has(path)) continue;
    const imported = await importsOf(path);
    found.set(path, imported);
    open.push(...imported);
  }
  return found;
};

const importsOf = async (path: string): Promise<readonly string[]> => {
  const loader = LOADERS[extname(path)];
  if (loader === undefined) return [];
  try {
    const { imports } = new Bun.Transpiler({ loader }).scan(await Bun.file(path).text());
    return imports.flatMap(({ path: specifier }) => resolved(specifier, path));
  } catch {
    return [];
  }
};

const resolved = (specifier: string, from: string): readonly string[] => {
  try {
    const path = Bun.resolveSync(specifier, dirname(from));
    return path.startsWith("/") && !PACKAGES.test(path) ? [path] : [];
  } catch {
    return [];
  }
};

/** The files below a folder that a module there might import by a name that it computes. Never throws. */
export const filesBelow = async (folder: string): Promise<readonly string[]> => {
  const files: string[] = [];
  const open = [folder];
  for (let at = open.pop(); at !== undefined && files.length < MAX_FILES; at = open.pop()) {
    const entries = await readdir(at, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      if (entry.isDirectory()) open.push(join(at, entry.name));
      else if (entry.isFile()) files.push(join(at, entry.name));
    }
  }
  return files;
};

/** Lets the next import read these files again. Modules that are in use stay as they are. */
export const forgetModules = (paths: Iterable<string>): void => {
  // It lists nothing that was imported, and yet deleting from it renews it, in the executable too.
  for (const path of paths) delete require.cache[path];
};
