import { expect, test } from "bun:test";
import fc from "fast-check";
import { recognise } from "../../src/builtin/model/recognise.ts";
import { rationalOf } from "../../src/notation/exact.ts";
import * as Q from "../../src/notation/rational.ts";
import { parse } from "../../src/notation/read.ts";
import { answerOf } from "../support/builtin-answer.ts";
import { ANSWERED } from "../support/maths-questions.ts";

/**
 * A formula as people might write it, its independently computed value, and the precedence of its outermost operator.
 */
interface Known {
  readonly text: string;
  readonly value: Q.Rational;
  readonly binds: 1 | 2 | 3;
}

const digit = fc.integer({ min: 0, max: 99 });
const thousands = (n: number): string => String(n).replace(/\B(?=(?:\d{3})+$)/g, ",");
const known = (text: string, value: Q.Rational, binds: Known["binds"] = 3): Known => ({ text, value, binds });
const vulgar: readonly (readonly [string, bigint, bigint])[] = [
  ["½", 1n, 2n],
  ["¾", 3n, 4n],
  ["⅔", 2n, 3n],
];
const leaf: fc.Arbitrary<Known> = fc.oneof(
  digit.map((n) => known(String(n), Q.rational(BigInt(n)))),
  digit.map((n) =>
    known(
      [...String(n)].map((sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)).join(""),
      Q.rational(BigInt(n)),
    ),
  ),
  fc.integer({ min: 1000, max: 9_999_999 }).map((n) => known(thousands(n), Q.rational(BigInt(n)))),
  fc.tuple(digit, fc.integer({ min: 1, max: 99 })).map(([n, m]) => known(`${n}.${m}`, Q.fromDecimal(`${n}.${m}`))),
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom(...vulgar))
    .map(([n, [sign, top, bottom]]) => known(`${n}${sign}`, Q.add(Q.rational(BigInt(n)), Q.rational(top, bottom)))),
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 4 }))
    .map(([n, power]) => known(`${n}e${power}`, Q.rational(BigInt(n) * 10n ** BigInt(power)))),
);

const wrapped = (of: Known, least: number): string => (of.binds < least ? `(${of.text})` : of.text);
const SIGNS = {
  "+": ["+", " + ", " ＋ "],
  "-": ["-", " - ", " − "],
  "*": ["*", " × ", "·", " * "],
  "/": ["/", " ÷ ", " / "],
} as const;
const joined = (sign: keyof typeof SIGNS, spelling: number, a: Known, b: Known): Known | null => {
  const spelled = SIGNS[sign][spelling % SIGNS[sign].length] ?? sign;
  if (sign === "+") return known(wrapped(a, 1) + spelled + wrapped(b, 2), Q.add(a.value, b.value), 1);
  if (sign === "-") return known(wrapped(a, 1) + spelled + wrapped(b, 2), Q.add(a.value, Q.negate(b.value)), 1);
  if (sign === "*") return known(wrapped(a, 2) + spelled + wrapped(b, 3), Q.multiply(a.value, b.value), 2);
  if (b.value.n === 0n) return null;
  // People who write both ÷ and / mean a fraction after the ÷: 3/4 ÷ 1/2.
  const isFraction = spelled === " ÷ " && /^[\d０-９]+\/[\d０-９]+$/u.test(b.text);
  const wouldBeFraction = spelled === "/" && /÷ [\d０-９]+$/u.test(a.text) && /^[\d０-９]/u.test(b.text);
  return known(
    wrapped(a, wouldBeFraction ? 3 : 2) + spelled + (isFraction ? b.text : wrapped(b, 3)),
    Q.divide(a.value, b.value),
    2,
  );
};
const formula: fc.Arbitrary<Known> = fc.letrec<{ tree: Known; pair: Known }>((tie) => ({
  tree: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf, tie("pair")),
  pair: fc
    .tuple(fc.constantFrom("+", "-", "*", "/"), fc.nat(3), tie("tree"), tie("tree"))
    .map(([sign, spelling, a, b]) => joined(sign, spelling, a, b) ?? a),
})).pair;

const PHRASES: readonly ((formula: string) => string)[] = [
  (formula) => formula,
  (formula) => `What is ${formula}?`,
  (formula) => `Please calculate ${formula}`,
  (formula) => `${formula} = ?`,
  (formula) => `${formula} 을 계산해줘`,
  (formula) => `${formula}은 얼마야?`,
  (formula) => `안녕하세요. ${formula}의 값을 구해 주세요!`,
  (formula) => `$${formula}$`,
];

/** Returns the text in bold without its label; null for a refusal. */
const boldIn = (answer: string): string | null => {
  return /\*\*(?:Answer|답): ([^*]+)\*\*$/.exec(answer)?.[1] ?? null;
};

test("arithmetic in any notation and wording is answered with its exact value or refused", async () => {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(formula, fc.constantFrom(...PHRASES), async ({ text, value }, phrase) => {
      const bold = boldIn(await answerOf(phrase(text)));
      if (bold === null) return;
      answered += 1;
      const result = rationalOf(parse(bold.replaceAll("·", "*").replaceAll(",", "")));
      expect(`${text} = ${result === null ? bold : Q.show(result)}`).toBe(`${text} = ${Q.show(value)}`);
    }),
    { numRuns: 400 },
  );
  // Otherwise a model that refused everything would pass too.
  expect(answered).toBeGreaterThan(300);
});

const signed = (n: bigint): string => (n < 0n ? ` - ${-n}` : ` + ${n}`);
const EQUATION_PHRASES: readonly ((equation: string) => string)[] = [
  (equation) => equation,
  (equation) => `Solve ${equation}.`,
  (equation) => `Find x if ${equation}`,
  (equation) => `${equation} 을 풀어줘`,
  (equation) => `방정식 ${equation}의 해를 구하시오.`,
  (equation) => `${equation}를 만족하는 x의 값은?`,
];
const root = fc.integer({ min: -20, max: 20 }).map(BigInt);
const factor = fc.integer({ min: 1, max: 9 }).map(BigInt);
const solutionsIn = (bold: string): string[] =>
  bold
    .split(/ or | 또는 /)
    .map((part) => part.replace(/^x = /, ""))
    .sort();

test("an equation built from its roots is answered with them or refused", async () => {
  await fc.assert(
    fc.asyncProperty(
      root,
      root,
      factor,
      fc.boolean(),
      fc.constantFrom(...EQUATION_PHRASES),
      async (r, s, a, isSquare, phrase) => {
        const equation = isSquare
          ? `${a}x^2${signed(-a * (r + s))}x${signed(a * r * s)} = 0`
          : `${a}x${signed(s)} = ${a * r + s}`;
        const bold = boldIn(await answerOf(phrase(equation)));
        if (bold === null) return;
        const roots = [...new Set(isSquare ? [r, s] : [r])].map(String).sort();
        expect(`${equation}: ${solutionsIn(bold).join()}`).toBe(`${equation}: ${roots.join()}`);
      },
    ),
    { numRuns: 200 },
  );
});

test("an inequality built from its roots is answered with the right range or refused", async () => {
  await fc.assert(
    fc.asyncProperty(root, root, fc.constantFrom("<", ">", "≤", "≥"), async (r, s, relation) => {
      const [low, high] = r < s ? [r, s] : [s, r];
      fc.pre(low < high);
      const bold = boldIn(await answerOf(`x^2${signed(-(r + s))}x${signed(r * s)} ${relation} 0`));
      if (bold === null) return;
      const [inside, outside] = [
        relation.includes("<") || relation === "≤",
        relation === "≥" ? ["≤", "≥"] : ["<", ">"],
      ];
      const edge = relation === "≤" || relation === "<" ? relation : "<";
      expect(bold).toBe(
        inside ? `${low} ${edge} x ${edge} ${high}` : `x ${outside[0]} ${low} or x ${outside[1]} ${high}`,
      );
    }),
    { numRuns: 100 },
  );
});

/** Words that change the meaning, and for whose position there is no rule. */
const STRANGERS =
  "integer natural positive only not every exists prove weather apples cm dollars never except bigger random minutes 자연수 정수 양수 모든 아닌 제외하고 원 개 명 킬로미터 증명 사과 가장 작은 두번째".split(
    " ",
  );
const letters = fc.string({ unit: fc.constantFrom(..."bcdghjkmpqrw"), minLength: 4, maxLength: 8 });

test("a word inserted into a question changes it, and the result is not answered like the original", () => {
  const questions = ANSWERED.map(([question]) => question).filter(
    (question) => question.includes(" ") && !question.includes("\\"),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...questions),
      fc.oneof(fc.constantFrom(...STRANGERS), letters),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (question, word, place) => {
        const gaps = [0, ...[...question.matchAll(/ /g)].map(({ index }) => index), question.length];
        const at = gaps[Math.min(gaps.length - 1, Math.floor(place * gaps.length))] ?? 0;
        const spliced = `${question.slice(0, at)} ${word} ${question.slice(at)}`;
        expect({ spliced, task: recognise(spliced) }).toEqual({ spliced, task: null });
      },
    ),
    { numRuns: 3000 },
  );
});
