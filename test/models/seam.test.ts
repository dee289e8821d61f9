import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Seam } from "../../src/models/seam.ts";
import { cpuMs } from "../support/cpu.ts";

/** What is passed on of a continuation that comes in these pieces. */
const passed = (begun: string, pieces: readonly string[]): string => {
  const seam = new Seam(begun);
  return pieces.map((piece) => seam.push(piece)).join("") + seam.end();
};

/** A text cut at random places. */
const cut = (text: string) =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: text.length }))
    .map((cuts) => [0, ...cuts.toSorted((a, b) => a - b), text.length])
    .map((at) => at.slice(1).map((end, i) => text.slice(at[i], end)));

/** A text in which no word comes twice. */
const distinctWords = fc.uniqueArray(
  fc.string({ unit: fc.constantFrom(..."abcdeé가나다라마바"), minLength: 4, maxLength: 9 }),
  {
    minLength: 2,
    maxLength: 30,
  },
);

describe("the seam between a text that was cut off and its continuation", () => {
  test.each([
    ["the next words follow", "The quick ", ["brown fox"], "brown fox"],
    ["the next characters follow within a word", "The qui", ["ck brown"], "ck brown"],
    ["the last words are repeated", "The quick brown ", ["quick brown fox"], "fox"],
    ["the last word is repeated without its space", "The quick brown", ["brown fox"], " fox"],
    ["the last word and its space are repeated in pieces", "The quick brown ", ["bro", "wn", " fo", "x"], "fox"],
    ["the whole text is repeated", "The quick brown ", ["The ", "quick brown fox"], "fox"],
    ["only white space is repeated", "One.\n\n", ["\n\nTwo."], "Two."],
    ["a space begins a text that ends with one", "One ", [" two"], "two"],
    ["a text of three characters is the same, which may be meant", "ha ha ", ["ha ho"], "ha ho"],
    ["a word begins like the last one", "It is so ", ["so many"], "so many"],
    ["nothing follows", "It is done.", [], ""],
    ["all that follows is a repetition", "It is done.", ["It is done."], ""],
    ["a piece of the text is repeated that is not its end", "one two three four", ["two three five"], "two three five"],
    ["Korean words are repeated", "정답은 x = 2", ["x = 2입니다."], "입니다."],
  ])("when %s", (_, begun, pieces, expected) => {
    expect(passed(begun, pieces)).toBe(expected);
  });

  test("passes exactly what is new, however much of the end is repeated and however it is cut", () => {
    const given = distinctWords.chain((words) =>
      fc.tuple(fc.constant(words), fc.integer({ min: 1, max: words.length }), fc.nat({ max: words.length })),
    );
    const cutGiven = given.chain(([words, known, repeated]) => {
      const from = Math.max(0, known - repeated);
      const continuation = words.slice(from).join(" ");
      return cut(continuation).map((pieces) => ({ words, known, pieces }));
    });
    fc.assert(
      fc.property(cutGiven, ({ words, known, pieces }) => {
        const begun = words.slice(0, known).join(" ") + (known < words.length ? " " : "");
        expect(begun + passed(begun, pieces)).toBe(words.join(" "));
      }),
    );
  });

  test("never passes anything but an end of the continuation", () => {
    const anything = fc.string({ unit: fc.constantFrom("a", "b", " ", "\n", "가", "1"), maxLength: 40 });
    fc.assert(
      fc.property(
        anything,
        anything.chain((text) => cut(text).map((pieces) => ({ text, pieces }))),
        (begun, { text, pieces }) => {
          const result = passed(begun, pieces);
          expect(text.endsWith(result)).toBe(true);
          expect(begun.endsWith(text.slice(0, text.length - result.length))).toBe(true);
        },
      ),
    );
  });

  test("a text of a megabyte that is repeated whole takes linear time", async () => {
    const begun = "0123456789".repeat(100_000);
    const pieces = Array.from({ length: 10_000 }, (_, at) => begun.slice(at * 100, (at + 1) * 100));
    const spent = await cpuMs(() => expect(passed(begun, [...pieces, " and more"])).toBe(" and more"));
    expect(spent).toBeLessThan(5_000);
  });
});
