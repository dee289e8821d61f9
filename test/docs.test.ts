import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Glob } from "bun";
import { Environment } from "../src/config/environment.ts";
import { providers } from "../src/models/providers/index.ts";
import { publishedDocument } from "./support/openapi.ts";
import type { ScriptedModel } from "./support/scripted-model.ts";
import { startService, type TestService } from "./support/service.ts";

const root = join(import.meta.dir, "..");
const read = (page: string): Promise<string> => Bun.file(join(root, page)).text();

const pages = ["*.md", "bench/*.md", "docs/**/*.md", "test/chaos/*.md"]
  .flatMap((pattern) => [...new Glob(pattern).scanSync(root)])
  .sort();
const decisions = pages.filter((page) => /^docs\/decisions\/\d/.test(page));

/** Removes code blocks, which are indented or fenced. */
const prose = (page: string): string => page.replace(/^(?: {4}|\t).*$/gm, "").replace(/^```[\s\S]*?^```$/gm, "");

const linksOf = (page: string): readonly string[] =>
  [
    ...prose(page)
      .replace(/`[^`\n]*`/g, "")
      .matchAll(/\]\(<?([^)\s>]+)>?\)/g),
  ].map(([, link = ""]) => link);

/** GitHub's anchor of a heading: https://github.com/gjtorikian/html-pipeline, toc_filter. */
const anchorsOf = (page: string): readonly string[] =>
  [...prose(page).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );

/** Returns what `found` finds on each page; omits pages where it finds nothing. */
const onEach = async (
  some: readonly string[],
  found: (text: string, page: string) => readonly string[] | Promise<readonly string[]>,
): Promise<Record<string, readonly string[]>> => {
  const all = await Promise.all(some.map(async (page) => [page, await found(await read(page), page)] as const));
  return Object.fromEntries(all.filter(([, list]) => list.length > 0));
};

const isLinked = async (link: string, from: string): Promise<boolean> => {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? from : relative(root, join(root, dirname(from), path));
  return existsSync(join(root, target)) && (anchor === undefined || anchorsOf(await read(target)).includes(anchor));
};

test("links in the documentation lead to existing files and headings", async () => {
  const broken = await onEach(pages, async (text, page) => {
    const links = linksOf(text).filter((link) => !/^[a-z]+:/.test(link));
    const areThere = await Promise.all(links.map((link) => isLinked(link, page)));
    return links.filter((_, at) => !areThere[at]);
  });
  expect(broken).toEqual({});
  expect(pages).toEqual(expect.arrayContaining(["README.md", "docs/api.md", "docs/decisions/101-log-is-the-truth.md"]));
});

test("source files that the documentation names exist", async () => {
  const isThere = (path: string) => ["", "src"].some((folder) => existsSync(join(root, folder, path)));
  const gone = await onEach(pages, (text) =>
    [...text.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|sql|patch))`/g)]
      .map(([, path = ""]) => path)
      .filter((path) => !isThere(path)),
  );
  expect(gone).toEqual({});
});

test("the README, the architecture and each decision are short", async () => {
  const mostOf = (page: string): number => (page === "README.md" ? 120 : page === "ARCHITECTURE.md" ? 150 : 60);
  const bounded = ["README.md", "ARCHITECTURE.md", ...decisions];
  const long = await onEach(bounded, (text, page) => text.trimEnd().split("\n").slice(mostOf(page)));
  expect(long).toEqual({});
});

test("each decision has its number, context, decision and trade-off, and its line in the index", async () => {
  const parts = await Promise.all(
    decisions.map(async (page) => {
      const text = await read(page);
      const [, number = "", title = ""] = /^# (\d{3}): (.*)$/m.exec(text) ?? [];
      const file = page.slice("docs/decisions/".length);
      const isWhole =
        file.startsWith(`${number}-`) && String(text.match(/^## .*$/gm)) === "## Context,## Decision,## Trade-off";
      return { file, isWhole, line: `- [${number}](${file}) ${title}` };
    }),
  );
  expect(parts.filter(({ isWhole }) => !isWhole).map(({ file }) => file)).toEqual([]);
  const listed = (await read("docs/decisions/README.md")).split("\n").filter((line) => line.startsWith("- "));
  expect(listed.toSorted()).toEqual(parts.map(({ line }) => line).toSorted());
  const numbers = parts.map(({ file }) => file.slice(0, 3));
  expect(numbers).toEqual([...new Set(numbers)]);
});

test("ARCHITECTURE.md lists every folder and file directly in src, and nothing else", async () => {
  const [, table = ""] = (await read("ARCHITECTURE.md")).split("| in `src/` | holds |\n");
  const cells = (table.split("\n\n")[0] ?? "").split("\n").map((row) => row.split(" | ")[0] ?? "");
  const documented = cells.flatMap((cell) => [...cell.matchAll(/`([\w.-]+)\/?`/g)].map(([, name = ""]) => name));
  const there = readdirSync(join(root, "src")).filter((name) => !name.endsWith(".d.ts"));
  expect(documented.toSorted()).toEqual(there.toSorted());
});

test("docs/operations.md has every environment variable with its default, and no other", async () => {
  const rows = [...(await read("docs/operations.md")).matchAll(/^\| `([A-Z][A-Z_]+)` \|(?: `([^`]*)`)? \|/gm)];
  const documented = rows.map(([, name = "", usual]) => [name, usual ?? null] as const);
  const known = Object.entries(Environment.properties).map(([name, form]) => [name, form.default ?? null] as const);
  expect(documented.toSorted()).toEqual(known.toSorted());
});

test("docs/models.md has every provider with its variables, default model and embeddings, and no other", async () => {
  const text = await read("docs/models.md");
  const rowsUnder = (heading: string) => [
    ...((text.split(heading)[1] ?? "").split("\n## ")[0]?.matchAll(/^\|.*`([a-z][a-z0-9]*)(?::ID)?` \|.*$/gm) ?? []),
  ];
  const rows = rowsUnder("# Models\n");
  expect(rows.map(([, name]) => name)).toEqual(providers.map(({ name }) => name));
  for (const [at, { variables, defaultModel }] of providers.entries()) {
    const documented = [...(rows[at]?.[0].matchAll(/`([A-Z][A-Z_]+)`/g) ?? [])].map(([, name = ""]) => name);
    expect(documented.toSorted()).toEqual(
      Object.values(variables)
        .map(({ name }) => name)
        .toSorted(),
    );
    if (defaultModel !== null) expect(text).toContain(`\`${defaultModel}\``);
  }
  const embedding = providers.filter(({ openEmbedding }) => openEmbedding !== null);
  expect(rowsUnder("## Embedding models\n").map(([, name]) => name)).toEqual(embedding.map(({ name }) => name));
});

describe("docs/api.md", () => {
  let service: TestService<ScriptedModel>;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  test("has every endpoint of the OpenAPI document, and no other", async () => {
    const shown = (await read("docs/api.md")).match(/^### (?:GET|POST|PUT|PATCH|DELETE) .*$/gm) ?? [];
    const { endpoints } = await publishedDocument(service);
    expect(shown.map((heading) => heading.slice("### ".length)).toSorted()).toEqual(endpoints.toSorted());
  });
});

test("the README's figures are the last measured ones", async () => {
  const claim = /^- \*\*Small overhead\.\*\*(?:.*\n)(?: {2}.*\n)*/m.exec(await read("README.md"))?.[0] ?? "";
  const figures: readonly string[] = claim.replace(/\n */g, " ").match(/\d[\d.]* (?:times|ms|KiB)/g) ?? [];
  const results = await read("bench/RESULTS.md");
  const measured = [...results.matchAll(/^\| [^|]* \| [^|]* \| ([^|]*) \| (?:hit|\*\*miss\*\*)/gm)].map(
    ([, figure = ""]) => figure,
  );
  expect(figures).toEqual(measured);
});
