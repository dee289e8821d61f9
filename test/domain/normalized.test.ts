import { expect, test } from "bun:test";
import fc from "fast-check";
import { normalized } from "../../src/domain/normalized.ts";
import { titleLine } from "../../src/domain/readable.ts";
import { comparable } from "../../src/domain/signs.ts";
import { slugOf } from "../../src/domain/slug.ts";

const FORMS = ["NFC", "NFKC", "NFKD"] as const;
/** Marks above and below, in the wrong order, half-width ones and letters between. */
const marks = fc.array(
  fc.constantFrom("a", "가", "か", "ｶ", "é", "\u0301", "\u0316", "\u0344", "\uff9e", "\u3099", "1", " "),
  {
    maxLength: 60,
  },
);

/** The longest run of marks that is ordered when a text is normalized. */
const longestRun = (text: string): number =>
  Math.max(0, ...Array.from(text.normalize("NFKD").matchAll(/(?:(?!\u034f)\p{M})+/gu), ([run]) => run.length));

test("ordinary text is normalized as in Unicode", () => {
  const text = fc.array(marks, { maxLength: 3 }).map((some) => some.map((one) => one.slice(0, 8).join("")).join("a"));
  fc.assert(
    fc.property(text, fc.constantFrom(...FORMS), (some, form) =>
      expect(normalized(some, form)).toBe(some.normalize(form)),
    ),
  );
});

test("runs of marks longer than in any script are not ordered, so that a megabyte of them takes linear time", () => {
  for (const pair of ["\u0301\u0316", "\u0316\u0301", "\u0301\uff9e", "\u0344\u0316"]) {
    for (const form of FORMS) expect(longestRun(normalized(pair.repeat(20_000), form))).toBeLessThanOrEqual(60);
    for (const made of [titleLine, comparable, slugOf]) {
      expect(longestRun(made(`a${pair.repeat(2_000)}`))).toBeLessThanOrEqual(60);
    }
  }
});

test("a normalized text is unchanged when normalized again", () => {
  fc.assert(
    fc.property(marks, fc.constantFrom(...FORMS), (some, form) => {
      const once = normalized(some.join(""), form);
      expect(once.normalize(form)).toBe(once);
    }),
  );
});
