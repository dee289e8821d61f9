import { expect, test } from "bun:test";
import fc from "fast-check";
import { builtinModel } from "../../src/builtin/model/index.ts";
import { readDraft, withDraft } from "../../src/models/draft.ts";
import { textFrom } from "../support/model-parts.ts";

test("a draft is read back unchanged, for any draft and question", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(fc.property(text, text, (draft, question) => expect(readDraft(withDraft(draft, question))).toBe(draft)));
  fc.assert(fc.property(text, (text) => expect(readDraft(text)).toBeNull()));
});

test("the built-in model answers with the draft unchanged", async () => {
  const content = withDraft("재고는 137입니다.\n\n출처: 부품.csv", "ABC-12345의 재고는?");
  const request = { system: "", messages: [{ role: "user" as const, content, images: [] }], tools: [] };
  expect(await textFrom(builtinModel(), request)).toBe("재고는 137입니다.\n\n출처: 부품.csv");
});
