import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { agentFolder, filesOf, load, mistakesIn } from "../../support/agent-folder.ts";

/** An agent that describes itself by an expression. */
const described = (expression: string, imports = ""): string =>
  `import { agent } from "yeoul";\n${imports}\nexport default agent({ description: ${expression}, async *run() {} });\n`;

/** The descriptions of the agents in a folder, by name. */
const descriptions = async (files: ReturnType<typeof filesOf>): Promise<Record<string, unknown>> =>
  Object.fromEntries((await load(files)).agents.map(({ name, definition }) => [name, definition.description]));

describe("a code agent", () => {
  test("is what its file exports: TypeScript, relative imports, JSON and packages beside it included", async () => {
    using folder = agentFolder({
      "a.ts": described(
        "[word, left, data.j, E.A].join() satisfies string",
        'import { word, type Word } from "./lib/word.ts";\nimport left from "left";\nimport data from "./lib/data.json";\nenum E { A = 3 }',
      ),
      "b.js": described('"plain"'),
      "lib/word.ts": "export type Word = string;\nexport const word: Word = 'w';",
      "lib/data.json": '{"j":1}',
      "node_modules/left/package.json": '{"name":"left","main":"index.js"}',
      "node_modules/left/index.js": "module.exports = 'l';",
    });
    const { agents, mistakes } = await load(filesOf(folder));
    expect(mistakes).toEqual([]);
    expect(agents.map(({ name, kind }) => [name, kind])).toEqual([
      ["a", "code"],
      ["b", "code"],
    ]);
    expect(agents.map(({ definition }) => definition.description)).toEqual(["w,l,1,3", "plain"]);
  });

  test("may import helpers that lie beside it, which need not be agents", async () => {
    using folder = agentFolder({
      "a.ts": described("word", 'import word from "./words.ts";'),
      "words.ts": 'import { end } from "./Word_ends.ts";\nexport default `word${end}`;',
      "Word_ends.ts": "export const end = 's';",
    });
    const { agents, mistakes } = await load(filesOf(folder));
    expect(mistakes).toEqual([]);
    expect(agents.map(({ name }) => name)).toEqual(["a"]);
  });

  test("may be behind a link, and imports what lies beside its target", async () => {
    using folder = agentFolder({
      "..data/a.ts": described("word", 'import { word } from "./word.ts";'),
      "..data/word.ts": "export const word = 'one';",
    });
    symlinkSync("..data/a.ts", join(folder.dir, "a.ts"));
    const files = filesOf(folder);
    expect(await descriptions(files)).toEqual({ a: "one" });
    folder.write("..data/word.ts", "export const word = 'two';");
    expect(await descriptions(files)).toEqual({ a: "two" });
  });
});

describe("another reading", () => {
  test("sees what has changed in agents, their helpers, and helpers of helpers outside of the folder", async () => {
    using folder = agentFolder({
      "agents/a.ts": described("word", 'import { word } from "./lib/word.ts";'),
      "agents/lib/word.ts": 'export { word } from "../../shared/word.ts";',
      "shared/word.ts": "export const word = 'one';",
    });
    const files = filesOf(folder, { dir: join(folder.dir, "agents") });
    expect(await descriptions(files)).toEqual({ a: "one" });
    folder.write("shared/word.ts", "export const word = 'two';");
    expect(await descriptions(files)).toEqual({ a: "two" });
    folder.write("agents/a.ts", described("`${word}!`", 'import { word } from "./lib/word.ts";'));
    folder.write("agents/b.md", "New.");
    expect(await descriptions(files)).toEqual({ a: "two!", b: "New." });
    folder.remove("agents/a.ts");
    expect(await descriptions(files)).toEqual({ b: "New." });
  });

  test("sees what an import by a computed name would find", async () => {
    using folder = agentFolder({
      "a.ts": described("word", 'const { word } = await import(["./lib/", "word.ts"].join(""));'),
      "lib/word.ts": "export const word = 'one';",
    });
    const files = filesOf(folder);
    expect(await descriptions(files)).toEqual({ a: "one" });
    folder.write("lib/word.ts", "export const word = 'two';");
    expect(await descriptions(files)).toEqual({ a: "two" });
  });

  test.each([
    ["a file that did not parse", "export const word = ;"],
    ["a file that threw", "throw new Error('x');"],
    ["an export that was missing", "export const other = 1;"],
    ["a file that was missing", null],
  ])("finds that %s was corrected", async (_, broken) => {
    using folder = agentFolder({ "a.ts": described("word", 'import { word } from "./lib/word.ts";') });
    if (broken !== null) folder.write("lib/word.ts", broken);
    const files = filesOf(folder);
    expect((await load(files)).mistakes).toHaveLength(1);
    folder.write("lib/word.ts", "export const word = 'mended';");
    expect(await descriptions(files)).toEqual({ a: "mended" });
  });
});

describe("mistakes in code agents", () => {
  test.each([
    [
      "no code",
      "import { agent } from 'yeoul';\n\nexport default agent({\n  run: = 3\n});",
      "a.ts:4: cannot be parsed: Unexpected =",
    ],
    ["nothing", "", "a.ts: is empty: write `export default agent({ … })`, with `agent` from the module yeoul"],
    ["no default export", "export const a = 1;", "a.ts: has no default export: write `export default agent({ … })`"],
    [
      "an object by itself",
      "\nexport default { async *run() {} };",
      "a.ts:2: exports by default what is no agent: write",
    ],
    [
      "a throw",
      "const f = (a: string) => {\n  throw new Error('boom\\nbang');\n};\nf('');",
      "a.ts:2: throws when it is imported: boom bang",
    ],
    ["a throw of a text", "throw 'text';", "a.ts: throws a string when it is imported: have it throw an Error"],
    ["a rejection", "await Promise.reject(new TypeError('no'));", "a.ts:1: throws when it is imported: no"],
    [
      "a name that yeoul does not export",
      "import {\n  agents\n} from 'yeoul';\nexport default agents;",
      'a.ts:2: imports "agents", which yeoul does not export: correct the name',
    ],
    [
      "a missing file",
      "\nimport x from './gone.ts';\nexport default x;",
      'a.ts:2: imports "./gone.ts", which cannot be found: correct the path',
    ],
    [
      "a missing package",
      "import x from 'no-such-package';\nexport default x;",
      'a.ts:1: imports "no-such-package", which cannot be found: install the package in a node_modules beside the file',
    ],
    ["bytes that are no text", Uint8Array.from([0x2f, 0x2f, 0xff]), "a.ts:1: is not UTF-8 there"],
    ["9 MB", "//".padEnd(9_000_000, "x"), "a.ts: is larger than 8192 KiB"],
    [
      "no run",
      'import { agent } from "yeoul";\nexport default agent({} as never);',
      "a.ts: run is missing, and so are start and nodes",
    ],
    [
      "a run without its *",
      'import { agent } from "yeoul";\nexport default agent({\n  async run() {},\n} as never);',
      "a.ts:3: run must not be an async function: write it as async *run(context) { … }",
    ],
    [
      "a node's run without its *, at its own line",
      'import { agent } from "yeoul";\nexport default agent({\n  start: "a",\n  nodes: {\n    a: { async *run() {} },\n    b: {\n      async run() {},\n    },\n  },\n} as never);',
      "a.ts:7: nodes.b.run must not be an async function: write it as async *run(context) { … }",
    ],
    [
      "a tool's unknown field",
      'import { agent, tool } from "yeoul";\nexport default agent({\n  tools: [\n    tool({ name: "a", description: "A.", input: { type: "object" },\n      inputs: 1, execute: () => 1 } as never),\n  ],\n  async *run() {},\n});',
      "a.ts:5: tools[0].inputs is unknown; there are name, description, input, repeat, execute",
    ],
  ])("%s is reported", async (_, content, mistakes) => {
    using folder = agentFolder({ "a.ts": content });
    const loaded = await load(filesOf(folder));
    expect(loaded.agents).toEqual([]);
    expect(mistakesIn(loaded, folder)).toEqual([expect.stringContaining(mistakes)]);
  });

  test("are reported at their place in a helper", async () => {
    using folder = agentFolder({
      "a.ts": described("word", 'import { word } from "./lib/word.ts";'),
      "b.ts": described("word", 'import { word } from "./lib/other.ts";'),
      "c.ts": described("word", 'import { word } from "./lib/third.ts";'),
      "lib/word.ts": "\n\nexport const word = ;",
      "lib/other.ts": '\nimport { nothing } from "./empty.ts";\nexport const word = nothing;',
      "lib/third.ts": "const f = () => {\n\n\n  throw new Error('third');\n};\nexport const word = f();",
      "lib/empty.ts": "export {};",
    });
    const loaded = await load(filesOf(folder));
    expect(mistakesIn(loaded, folder)).toEqual([
      expect.stringMatching(/^lib\/other\.ts:2: imports "nothing", which .*empty\.ts does not export/),
      "lib/third.ts:4: throws when it is imported: third",
      "lib/word.ts:3: cannot be parsed: Unexpected ;",
    ]);
  });

  test("of a definition are reported at once, each at its field", async () => {
    const content = `import { agent } from "yeoul";
export default agent({
  description: "A.",
  tools: ["calculate", "calculat", "wiki/*", "orders/*"],
  model: ["builtin", "openai:gpt-5"],
  approve: ["calculat"],
  timeout: "soon",
  async *run() {},
});
`;
    using folder = agentFolder({ "a.ts": content });
    const loaded = await load(filesOf(folder));
    expect(mistakesIn(loaded, folder)).toEqual([
      'a.ts:4: tools names "calculat", which is no tool: did you mean calculate?',
      'a.ts:4: tools names "wiki/*", but mcp.json has no server wiki: there are orders',
      "a.ts:5: model needs OPENAI_API_KEY to be set",
      'a.ts:6: approve names "calculat", which is no tool: did you mean calculate?',
      expect.stringMatching(/^a\.ts:7: timeout must be a duration/),
    ]);
  });

  test("an import that never ends is reported after a time limit, and delays no other file", async () => {
    using folder = agentFolder({ "a.ts": "await new Promise(() => {});\nexport default 1;", "b.ts": described('"b"') });
    const loaded = await load(filesOf(folder, { importMs: 200 }));
    expect(mistakesIn(loaded, folder)).toEqual([
      "a.ts: has not finished its import after 0.2 s: await nothing endless at its top level, and restart the service",
    ]);
    expect(loaded.agents.map(({ name }) => name)).toEqual(["b"]);
  });
});
