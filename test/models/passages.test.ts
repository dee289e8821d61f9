import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readPassages, withPassages } from "../../src/models/passages.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("\n\nQuestion:\n", "\n", "\r\n\u2028", '"}', "Passages", "[1]", "가나다"),
);

describe("a question with its passages", () => {
  test("is read back unchanged for any passages: no passage can end its own quotation", () => {
    const passages = fc.array(fc.record({ title: text, content: text }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(text, passages, (question, given) => {
        expect(readPassages(withPassages(question, given))).toEqual({ question, passages: given });
      }),
    );
  });

  test("numbers the passages from 1", () => {
    const content = withPassages("왜?", [
      { title: "가", content: "나\n다" },
      { title: "A", content: "B" },
    ]);
    expect(content.split("\n").slice(1)).toEqual([
      '{"number":1,"title":"가","content":"나\\n다"}',
      '{"number":2,"title":"A","content":"B"}',
      "",
      "Question:",
      "왜?",
    ]);
  });

  test.each([
    "",
    "Why?",
    withPassages("Why?", []),
    withPassages("Why?", [{ title: "a", content: "b" }]).replace("number", "nombre"),
    withPassages("Why?", [{ title: "a", content: "b" }]).replace("{", "["),
    withPassages("Why?", [{ title: "a", content: "b" }]).replace("Question:", "Query:"),
  ])("is not recognized in other text: %j", (content) => {
    expect(readPassages(content)).toBeNull();
  });
});
