import { expect, test } from "bun:test";
import fc from "fast-check";
import { withNumbersInDigits } from "../../src/builtin/model/questions/number-words.ts";
import { recognise } from "../../src/builtin/model/recognise.ts";

const DIGITS = "영일이삼사오육칠팔구";
const korean = (n: number): string => {
  if (n === 0) return "영";
  return [1000, 100, 10, 1]
    .map((unit) => {
      const digit = Math.floor(n / unit) % 10;
      if (digit === 0) return "";
      const sign = unit === 1 ? "" : ({ 10: "십", 100: "백", 1000: "천" }[unit] ?? "");
      return (digit === 1 && unit > 1 ? "" : (DIGITS[digit] ?? "")) + sign;
    })
    .join("");
};
const SMALL =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = ". . twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const english = (n: number): string => {
  if (n < 20) return SMALL[n] ?? "";
  if (n < 100) return `${TENS[Math.floor(n / 10)]}${n % 10 === 0 ? "" : `-${SMALL[n % 10]}`}`;
  const [size, name] = n < 1000 ? ([100, "hundred"] as const) : ([1000, "thousand"] as const);
  return `${SMALL[Math.floor(n / size)]} ${name}${n % size === 0 ? "" : ` ${english(n % size)}`}`;
};
const upTo9999 = fc.integer({ min: 0, max: 9999 });

test("numbers in words around operators are read as numbers, in Korean and English", () => {
  fc.assert(
    fc.property(upTo9999, upTo9999, (a, b) => {
      expect(withNumbersInDigits(`${korean(a)} 더하기 ${korean(b)}`)).toBe(`${a} 더하기 ${b}`);
      expect(withNumbersInDigits(`what is ${english(a)} times ${english(b)}?`)).toBe(`what is ${a} times ${b}?`);
    }),
  );
});

test.each([
  "이이 더하기 삼",
  "십십 곱하기 이",
  "two three plus one",
  "twenty eleven plus one",
  "ten hundred plus one",
  "삼사오 더하기 일",
])("%s is left unchanged where the words are not a number", (text) => {
  expect(recognise(text)).toBeNull();
});

test("words that only look like numbers stay words", () => {
  for (const text of ["사이를 이어 줘", "one of these plus me", "일요일에 더하기를 배웠다"])
    expect(withNumbersInDigits(text)).toBe(text);
});

test("private-use characters in a question are never taken for formulas, and nothing throws", () => {
  for (const sign of ["\ue000", "\ue0ff", "\ue501", "\ue8ff", "solve \ue600", "\ue000 + \ue001 = 3"])
    expect(recognise(sign)).toBeNull();
});
