const KOREAN_DIGITS = "영일이삼사오육칠팔구";
const KOREAN_UNITS: Readonly<Record<string, number>> = { 십: 10, 백: 100, 천: 1000 };

/** 이십삼 is 23. Null for anything but a number up to 9,999 in the usual order. */
const korean = (word: string): number | null => {
  if (word === "영") return 0;
  let [sum, digit, least] = [0, 0, 10_000];
  for (const sign of word) {
    const unit = KOREAN_UNITS[sign];
    if (unit === undefined) {
      if (digit > 0 || sign === "영") return null;
      digit = KOREAN_DIGITS.indexOf(sign);
    } else {
      if (unit >= least) return null;
      [sum, digit, least] = [sum + (digit || 1) * unit, 0, unit];
    }
  }
  return sum + digit;
};

const SMALL =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** `three hundred and twenty-one` is 321. Null for anything but a number up to 9,999 in the usual order. */
const english = (words: string): number | null => {
  let [sum, least] = [0, 10_000];
  for (const word of words
    .toLowerCase()
    .replace(/ and /g, " ")
    .split(/[\s-]+/)) {
    if (word === "hundred" || word === "thousand") {
      const [size, times] = [word === "hundred" ? 100 : 1000, sum % 1000];
      if (least !== 1 || times === 0 || times > 9) return null;
      [sum, least] = [sum - times + times * size, size];
      continue;
    }
    const [small, ten] = [SMALL.indexOf(word), TENS.indexOf(word)];
    const value = small >= 0 ? small : 10 * (ten + 2);
    // A digit after a digit, or a teen after a ten, is not a number.
    if (least <= (value < 10 ? 1 : 10) || (value === 0 && sum > 0)) return null;
    [sum, least] = [sum + value, value < 10 || small >= 10 ? 1 : 10];
  }
  return sum;
};

const KOREAN_OPERATOR = "(?:더하기|빼기|곱하기|나누기)";
const KOREAN_NUMBER = `[${KOREAN_DIGITS}십백천]+?`;
const ENGLISH_OPERATOR = "(?:plus|minus|times|multiplied by|divided by)";
const ENGLISH_NUMBER = `(?:${SMALL.join("|")}|${TENS.join("|")})(?:[ -](?:and )?(?:${SMALL.join("|")}|${TENS.join("|")}|hundred|thousand)){0,6}`;

const PATTERNS: readonly (readonly [RegExp, (words: string) => number | null])[] = [
  [new RegExp(`(?<![가-힣])${KOREAN_NUMBER}(?= ?(?:에|에서|을|를)? ?${KOREAN_OPERATOR})`, "g"), korean],
  [
    new RegExp(
      `(?<=${KOREAN_OPERATOR} ?)${KOREAN_NUMBER}(?=(?:은|는|의|가|을|를)?(?:[\\s?.!,=]|$)| ?${KOREAN_OPERATOR})`,
      "g",
    ),
    korean,
  ],
  [new RegExp(`\\b${ENGLISH_NUMBER}(?= ${ENGLISH_OPERATOR}\\b)`, "gi"), english],
  [new RegExp(`(?<=\\b${ENGLISH_OPERATOR} )${ENGLISH_NUMBER}\\b`, "gi"), english],
];

/**
 * Replaces numbers in words beside operators in words, `삼 더하기 사` and `three plus four`, by digits. Other words stay.
 */
export const withNumbersInDigits = (sentence: string): string =>
  PATTERNS.reduce((text, [pattern, read]) => text.replace(pattern, (words) => String(read(words) ?? words)), sentence);
