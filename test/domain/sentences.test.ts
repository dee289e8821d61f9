import { expect, test } from "bun:test";
import fc from "fast-check";
import { sentencesOf } from "../../src/domain/sentences.ts";

test.each([
  ["병가는 유급이다. 반차는 4시간이다! 왜? 몰라요.", ["병가는 유급이다. ", "반차는 4시간이다! ", "왜? ", "몰라요."]],
  ["It weighs 2.5 kg, approx. Ten of them. See Dr. Kim.", ["It weighs 2.5 kg, approx. Ten of them. ", "See Dr. Kim."]],
  ["1. 연차는 하루다. 2026년 12. 끝", ["1. 연차는 하루다. ", "2026년 12. ", "끝"]],
  ["", []],
])("%j is the sentences %j", (text, sentences) => {
  expect(sentencesOf(text)).toEqual(sentences);
});

test("joined, the sentences are the text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "B", "가", ".", " ", "1", "\n", "e.g. ", "🎉", "?") }),
      (text) => {
        expect(sentencesOf(text).join("")).toBe(text);
      },
    ),
  );
});
