import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { builtinModel } from "../../src/builtin/model/index.ts";
import { readWriting, type Writing, type WritingForm, writingRequest } from "../../src/models/writing.ts";
import { textFrom } from "../support/model-parts.ts";
import { REQUEST } from "../support/stub-model.ts";

const FORMS: readonly WritingForm[] = ["note", "title", "excerpt", "tags"];
const fixture = (name: string) => readFileSync(join(import.meta.dir, "../fixtures/retrieval", name), "utf8");

const write = async (form: WritingForm, text: string, given: Partial<Writing> = {}): Promise<string> => {
  const request = writingRequest({ form, text, language: "en", knownTags: [], ...given });
  return await textFrom(builtinModel(), request);
};

test("a writing request is read back unchanged, for any text and tags", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FORMS),
      fc.constantFrom("en" as const, "ko" as const),
      fc.string(),
      fc.array(fc.string()),
      (form, language, text, knownTags) => {
        const writing = { form, language, text, knownTags };
        expect(readWriting(writingRequest(writing))).toEqual(writing);
      },
    ),
  );
});

test("no other request is read as one, not even if its text imitates one", () => {
  expect(readWriting(REQUEST)).toBeNull();
  const system = writingRequest({ form: "title", language: "en", text: "", knownTags: [] }).system;
  expect(readWriting({ ...REQUEST, messages: [{ role: "user", content: system, images: [] }] })).toBeNull();
});

describe("the built-in model", () => {
  test("writes a note only from headings, sentences, code and keywords of the text", async () => {
    const text = fixture("en/webhook-api-guide.md");
    const note = await write("note", text);
    const [title, ...parts] = note.split("\n\n");
    expect(title).toBe("# Tidepool Invoicing: webhooks and API");
    const flat = text.replace(/\s+/g, " ");
    for (const part of parts.join("\n").split("\n").slice(0, -2)) {
      const line = part.replace(/^(?:- |## )/, "");
      if (part !== "## Key points") expect(flat).toContain(line);
    }
    expect(parts.at(-2)).toBe("## Keywords");
    expect(parts.at(-1)?.split(", ")).toEqual(expect.arrayContaining(["refunds", "webhooks"]));
  });

  test("writes Korean for a Korean text", async () => {
    const text = fixture("ko/deploy-runbook.md");
    const note = await write("note", text, { language: "ko" });
    expect(note).toStartWith("# 주문 서비스 배포 절차서\n\n");
    expect(note).toContain("\n\n## 핵심어\n\n배포, ");
    expect(await write("title", note, { language: "ko" })).toBe("주문 서비스 배포 절차서");
    const excerpt = await write("excerpt", note, { language: "ko" });
    for (const sentence of excerpt.split(/(?<=\.) /)) expect(text).toContain(sentence);
    expect(await write("tags", note, { language: "ko" })).toContain('"배포"');
  });

  test("keeps the first code of a section", async () => {
    const text =
      "# Bun\n\nBun speaks SQL.\n\n```ts\nawait sql`select 1`;\n# no heading\n```\n\n```ts\nsecond();\n```\n";
    const note = await write("note", text);
    expect(note).toContain("```ts\nawait sql`select 1`;\n# no heading\n```");
    expect(note).not.toContain("second");
  });

  test("makes a title from the most frequent words where there is no heading", async () => {
    const text = "Postgres keeps old rows. Vacuum removes old rows from Postgres tables. Vacuum locks no tables.";
    expect(await write("title", text)).toBe("Vacuum removes old rows from Postgres tables");
  });

  test("prefers known tags that fit, and creates no variants of them", async () => {
    const text = "# Webhooks\n\nA webhook calls you. Machine learning has nothing to do with a webhook.";
    const tags = JSON.parse(await write("tags", text, { knownTags: ["Rust", "Webhook", "Machine Learning"] }));
    expect(tags.slice(0, 2)).toEqual(["Machine Learning", "Webhook"]);
    expect(tags).not.toContain("webhooks");
    expect(tags).not.toContain("Rust");
  });

  test("answers any text in every output form, in time", async () => {
    const nasty = [
      "",
      " ",
      "`".repeat(5_000),
      "```\n".repeat(10_000),
      "**".repeat(9_999),
      "#\n".repeat(5_000),
      "a ".repeat(50_000),
      "- [x](".repeat(5_000),
      "가".repeat(40_000),
    ];
    for (const text of nasty) for (const form of FORMS) await write(form, text);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), fc.constantFrom(...FORMS), async (text, form) => {
        const line = await write(form, text);
        if (form === "tags") expect(JSON.parse(line)).toBeArray();
      }),
      { numRuns: 300 },
    );
  });
});

test.each(["!!! ???", "😀", "2 + 2 = 4\n3 × 3 = 9", "a", "---", "| 1 | 2 |"])(
  "a note of %j, which has no statement, is the text itself",
  async (text) => {
    expect(await write("note", text)).toContain(text);
  },
);

test("a note of a long text without statements is its beginning", async () => {
  expect(await write("note", "7 ".repeat(20_000))).toHaveLength(2_000);
});
