import { expect, test } from "bun:test";
import fc from "fast-check";
import { answerIn, firstToken, isWhole, nameOf, ownMsIn, QUIET, tokenText } from "../../bench/answer.ts";

const wholeText = (tokens: number): string =>
  [firstToken(12.5), ...Array.from({ length: tokens - 1 }, (_, index) => tokenText(index + 1))].join("");

test("a name determines the answer at any place in the question", () => {
  expect(answerIn("Hello there, please answer as paced-400x20.")).toEqual({ tokens: 400, rate: 20 });
  expect(answerIn(`Please be ${nameOf(QUIET)}.`)).toEqual(QUIET);
  expect(answerIn("Please be quietly spoken.")).toBeUndefined();
  expect(answerIn("paced-0x20")).toBeUndefined();
  expect(answerIn("paced-10x1001")).toBeUndefined();
});

test("the first token has the stand-in's own time", () => {
  expect(ownMsIn(`data: {"delta":"${firstToken(61.25)}"}`)).toBe(61.25);
  expect(ownMsIn("^t=61.2")).toBeUndefined();
});

test("a text with a lost, repeated or misplaced token is not complete", () => {
  const tokens = fc.integer({ min: 3, max: 200 });
  fc.assert(
    fc.property(tokens, fc.nat(), (count, pick) => {
      const text = wholeText(count);
      const answer = { tokens: count, rate: 20 };
      const token = tokenText(1 + (pick % (count - 1)));
      expect(isWhole(text, answer)).toBe(true);
      expect(isWhole(text.replace(token, ""), answer)).toBe(false);
      expect(isWhole(text.replace(token, token + token), answer)).toBe(false);
      expect(isWhole(text.replace(token, "") + token, answer)).toBe(token === tokenText(count - 1));
    }),
  );
});
