import { afterAll, beforeAll, expect, test } from "bun:test";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Box, box, post } from "./support/executable.ts";
import { modelServer, replyOf } from "./support/model-server.ts";
import { openAiChat } from "./support/wires/openai-chat.ts";

const ROOT = resolve(import.meta.dir, "..");
const PARTS = ["src", "drizzle", "package.json", "tsconfig.json", "drizzle.config.ts", "THIRD-PARTY-NOTICES"];

/** The lines that docs/extending.md says to add: an import and an entry in a list. */
const LINES = [
  {
    file: "src/models/providers/index.ts",
    list: "providers",
    entry: "acme",
    import: 'import { acme } from "./acme.ts";',
  },
  {
    file: "src/tools/index.ts",
    list: "toolsFrom",
    entry: "countLettersTool",
    import: 'import { countLettersTool } from "./count-letters.ts";',
  },
  {
    file: "src/services/index.ts",
    list: "services",
    entry: "spell: spellAgent",
    import: 'import { spellAgent } from "./spell/index.ts";',
  },
  {
    file: "src/dialects/index.ts",
    list: "dialects",
    entry: "spell",
    import: 'import { spell } from "./spell.ts";',
  },
  {
    file: "src/store/concerns.ts",
    list: "concerns",
    entry: "bookmarks: { tables: bookmarkTables, open: ({ database }) => bookmarkQueries(database) }",
    import:
      'import { bookmarkQueries } from "./bookmarks/bookmarks.ts";\nimport * as bookmarkTables from "./bookmarks/schema.ts";',
  },
] as const;

let copy: string;
let service: Box;

const add = async (file: string, list: string, entry: string, imported: string): Promise<void> => {
  const path = join(copy, file);
  const source = await readFile(path, "utf8");
  const begin = source.indexOf(`const ${list}`);
  const [end] = /,?\n?(?:\];|\} satisfies)/.exec(source.slice(begin)) ?? [];
  if (begin < 0 || end === undefined) throw new Error(`${file} has no list ${list}`);
  const at = source.indexOf(end, begin);
  const changed = `${source.slice(0, at)}, ${entry}${end.replace(/^,/, "")}${source.slice(at + end.length)}`;
  await writeFile(path, `${imported}\n${changed}`);
};

const run = async (...command: readonly string[]): Promise<{ readonly code: number; readonly output: string }> => {
  const child = Bun.spawn([process.execPath, ...command], { cwd: copy, stdout: "pipe", stderr: "pipe" });
  const output = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, output: output.join("") };
};

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "yeoul-extended-"));
  for (const part of PARTS) await cp(join(ROOT, part), join(copy, part), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));
  const page = await readFile(join(ROOT, "docs/extending.md"), "utf8");
  const files = [...page.matchAll(/^```ts\n\/\/ (src\/\S+)\n([\s\S]*?)^```$/gm)];
  expect(files.length).toBe(7);
  for (const [, path = "", text = ""] of files) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await writeFile(join(copy, path), text);
  }
  const agents = await readFile(join(ROOT, "docs/agents.md"), "utf8");
  const samples = [...agents.matchAll(/^```ts(?: \S+)?\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
  expect(samples.length).toBeGreaterThanOrEqual(2);
  for (const [at, text] of samples.entries()) {
    await writeFile(join(copy, `src/services/sample-${at}.ts`), text.replace('"yeoul"', '"../agents/public.ts"'));
  }
  const prose = page.replace(/\s+/g, " ");
  for (const { file, list, entry, import: imported } of LINES) {
    expect(prose).toContain(`\`${list}\` in \`${file}\``);
    expect(prose).toContain(`add \`${entry}\` to \`${list}\``);
    await add(file, list, entry, imported);
  }
  const made = await run("node_modules/drizzle-kit/bin.cjs", "generate", "--name", "bookmarks");
  const [, name = ""] = /drizzle\/(\d{4}_bookmarks)\.sql/.exec(made.output) ?? [];
  expect(made).toMatchObject({ code: 0, output: expect.stringContaining("_bookmarks.sql") });
  const sql = `import bookmarks from "../../../drizzle/${name}.sql" with { type: "text" };`;
  await add("src/store/migrations/migrations.ts", "migrations", `{ name: "${name}", sql: bookmarks }`, sql);
  const script = join(copy, "yeoul");
  await writeFile(script, `#!/bin/sh\nexec "${process.execPath}" "${join(copy, "src/main.ts")}" "$@"\n`, {
    mode: 0o755,
  });
  service = await box(script);
}, 120_000);
afterAll(async () => {
  service?.[Symbol.dispose]();
  await rm(copy, { recursive: true, force: true });
});

test("additions of a file and a line type-check", async () => {
  expect(await run("node_modules/typescript/bin/tsc", "--noEmit")).toEqual({ code: 0, output: "" });
}, 120_000);

test("a provider in the list is in the help, in the values of MODEL and in the errors of a start", async () => {
  const help = await service.run(["--help"]);
  expect(help.stdout).toContain("  ACME_API_KEY\n      Key for acme:ID.\n");
  expect(help.stdout).toMatch(/Allowed: builtin, openai:ID,[^.]* or acme:ID, or several/);
  const start = await service.run([], { MODEL: "acme:a" });
  expect(start).toMatchObject({ code: 2, stderr: "yeoul: ACME_API_KEY must be set, because MODEL names acme\n" });
}, 120_000);

test("a dialect runs its agent, which offers the tool to the provider's model, and all of it is in the OpenAPI document", async () => {
  await using model = modelServer(openAiChat);
  const call = { id: "c1", name: "count_letters", pieces: ['{"text":"여울여"}'] };
  model.reply(
    replyOf(openAiChat, { calls: [call], finish: "tool_calls" }),
    replyOf(openAiChat, { text: ["Two."], finish: "stop" }),
  );
  const env = { MODEL: "acme:a", ACME_API_KEY: "k", ACME_BASE_URL: `${model.url}/v1` };
  await using running = await service.serve(env);
  const response = await post(`${running.url}/spell`, { question: "How often is 여 in 여울여?" });
  expect(await response.text()).toContain('"content":"Two."');
  const [first, second] = model.received;
  expect(first?.headers.get("authorization")).toBe("Bearer k");
  expect(JSON.stringify(first?.body)).toContain('"name":"count_letters"');
  expect(JSON.stringify(second?.body)).toContain(JSON.stringify(JSON.stringify({ 여: 2, 울: 1 })));
  const described = (await (await fetch(`${running.url}/openapi.json`)).json()) as {
    readonly paths: Record<string, unknown>;
    readonly tags: readonly { readonly name: string }[];
  };
  expect(described.paths).toHaveProperty(["/spell", "post"]);
  expect(described.tags.map(({ name }) => name)).toContain("Spelling");
}, 120_000);

test("a concern is part of the store, and its table is in our schema", async () => {
  const script = `
    import { realSystem as system } from "./src/domain/system.ts";
    import { pgliteStore } from "./src/store/drivers/pglite.ts";
    const store = await pgliteStore({ dataDir: null, system });
    await store.migrate();
    for (const run of ["r2", "r1", "r2"]) await store.bookmarks.set("u", run);
    console.log(JSON.stringify(await store.bookmarks.list("u")));
    process.exit(0);`;
  await writeFile(join(copy, "try.ts"), script);
  expect(await run("try.ts")).toEqual({ code: 0, output: '["r1","r2"]\n' });
}, 120_000);

test("the tool of the page is held to what call-tool.test.ts asks of every tool", async () => {
  const suite = "test/tools/call-tool.test.ts";
  for (const file of [suite, ...["all-tools", "nested", "tool-context"].map((name) => `test/support/${name}.ts`)]) {
    await cp(join(ROOT, file), join(copy, file));
  }
  const { code, output } = await run("test", suite, "--timeout", "30000");
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/\n *0 fail\n/) });
}, 120_000);
