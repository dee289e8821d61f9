import { join, relative } from "node:path";
import { Glob } from "bun";
import { rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";

// `bun scripts/build-starter.ts FILE` writes what `yeoul init` writes: a JSON object of texts by path. These are the
// files of src/agents/starter/files, and yeoul.d.ts, the types of the module `yeoul` in one file without imports.

const root = join(import.meta.dir, "..");
const FILES = join(root, "src/agents/starter/files");

const silent = { info: () => {}, warn: () => {}, error: () => {} };

const bundledTypes = async (): Promise<string> => {
  const bundle = await rolldown({
    input: { yeoul: join(root, "src/agents/public.ts") },
    cwd: root,
    external: () => false,
    plugins: [
      // The compiler prints that this way of calling it will change. Both are pinned.
      dts({
        dtsOnly: true,
        cwd: root,
        generator: "tsgo",
        tsconfig: join(import.meta.dir, "tsconfig.types.json"),
        logger: silent,
      }),
    ],
  });
  const { output } = await bundle.generate({ format: "esm" });
  const [file, ...others] = output;
  if (file === undefined || others.length > 0 || file.type !== "chunk" || file.imports.length > 0)
    throw new Error("the types of the module yeoul do not fit into one file");
  return namesOfGlobals(file.code);
};

/**
 * TypeBox has functions with the names of global types, such as `Promise`. The bundler renames these functions to
 * `Promise$1`, and with them the types, which mean the global ones.
 */
const namesOfGlobals = (code: string): string => {
  const functions = new Set([...code.matchAll(/^declare function (\w+)\$1\b/gm)].map(([, name = ""]) => name));
  const types = new Set(
    [...code.matchAll(/^(?:declare )?(?:type|interface|class) (\w+)\$1\b/gm)].map(([, name]) => name),
  );
  return [...functions]
    .filter((name) => !types.has(name))
    .reduce(
      (text, name) =>
        text.replace(new RegExp(`(?<!declare function |typeof |[\\w$])${name}\\$1\\b(?! as )`, "g"), name),
      code,
    );
};

const files: Record<string, string> = {};
for (const path of [...new Glob("**/*").scanSync({ cwd: FILES, absolute: true })].sort())
  files[relative(FILES, path)] = await Bun.file(path).text();
files["yeoul.d.ts"] = await bundledTypes();
await Bun.write(process.argv[2] ?? "", JSON.stringify(files));
