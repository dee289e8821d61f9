import { expect, test } from "bun:test";
import fc from "fast-check";
import { write } from "../../src/builtin/model/write/write.ts";

test("any text that is not blank gives a note, since an empty answer fails its run", () => {
  const texts = fc.string({ unit: fc.constantFrom("(", '"', "#", "*", "-", "a", "가", ".", "\n", " ", "`", "|") });
  const forms = fc.constantFrom("note" as const, "title" as const, "excerpt" as const, "tags" as const);
  fc.assert(
    fc.property(texts, forms, (text, form) => {
      fc.pre(text.trim() !== "");
      expect(write({ form, language: "en", text, knownTags: [] }).trim()).not.toBe("");
    }),
    { numRuns: 500 },
  );
});
