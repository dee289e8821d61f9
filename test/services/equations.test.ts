import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { checkSolution } from "../../src/builtin/maths/verify.ts";
import { assignmentsIn } from "../../src/services/solve/assignments.ts";
import { equationsIn } from "../../src/services/solve/equations.ts";
import { cpuMs } from "../support/cpu.ts";

describe("the equations of a question", () => {
  const table: Readonly<Record<string, readonly string[]>> = {
    "2x + 3 = 7 을 풀어줘.": ["2x + 3 = 7"],
    "２x＋３＝７": ["2x+3=7"],
    "Solve 2x + 3 = 7 for x.": ["2x + 3 = 7"],
    "what's x if 2x + 3 = 7?": ["2x + 3 = 7"],
    "Solve -x + 3 = 7": ["-x + 3 = 7"],
    "x^2 - 5x + 6 = 0의 두 근을 구해줘": ["x^2 - 5x + 6 = 0"],
    "x² = 4 (단, x > 0)": ["x² = 4"],
    "3(x-1) = 2x + 5 를 풀면?": ["3(x-1) = 2x + 5"],
    "x + y = 5, x - y = 1": ["x + y = 5", "x - y = 1"],
    "x+y=5와 x-y=1을 동시에 만족하는 x, y": ["x+y=5", "x-y=1"],
    "$2x + 3 = 7$": ["2x + 3 = 7"],
    "\\[\\frac{x}{2} = 3\\]": ["\\frac{x}{2} = 3"],
    "\\sqrt{x+1} = 3 을 풀어라": ["\\sqrt{x+1} = 3"],
    "\\begin{cases} x + y = 5 \\\\ x - y = 1 \\end{cases}": ["x + y = 5", "x - y = 1"],
    "1,000x = 2000": ["1000x = 2000"],
    "x = 3일 때 2x + y = 10": ["2x + y = 10"],
    "|x| = 3": ["|x| = 3"],
    "e^x = 1": ["e^x = 1"],
  };
  for (const [question, equations] of Object.entries(table)) {
    test(`of ${question}`, () => {
      expect(equationsIn(question)).toEqual(equations);
    });
  }

  const doubtful = [
    "xy + 3x = 12", // xy is a product, not a word
    "x + 3 = 2ab",
    "2x = 10cm 일 때 x는?",
    "f'(x) = 2x 이고 f(0) = 1",
    "y' = 2x",
    "solve for x 2x + 3 = 7", // x times 2x?
    "(2) 2x + 3 = 7", // the second exercise, or twice 2x?
    "2) x + 1 = 3",
    "1,5x = 3",
    "log x = 2", // to which base?
    "sin x = 1/2", // degrees?
    "x + 1 = 3, x + 2 = 5", // two exercises
    "x + 1 = 3과 y - 1 = 3과 x + y = 9",
    "a = b = 3",
    "x + y = 5 x - y = 1",
    "2x + 3 >= 7",
    "x != 3",
    "x == 3",
    "5! = 120",
    "2 + 3 =",
    "= 4",
    "x의 20% = 30",
    "E = mc^2",
    "F = ma, m = 2, a = 3",
    "const x = 3",
    "x = 3",
    "if (x === 3) return",
    "f(x) = x^2 - 4 의 근",
    "가로 + x = 5",
    "안녕하세요",
  ];
  for (const question of doubtful) {
    test(`are none in case of doubt: ${question}`, () => {
      expect(equationsIn(question)).toEqual([]);
    });
  }
});

describe("the values of an answer", () => {
  const table: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
    "**x = 2**": [{ x: "2" }],
    "So:\n\n**x = 2.**": [{ x: "2" }],
    "**first** then **x = -3**": [{ x: "-3" }],
    "**x = 2 or x = 3**": [{ x: "2" }, { x: "3" }],
    "**x = 2 또는 x = 3**": [{ x: "2" }, { x: "3" }],
    "**x = -2, x = 2**": [{ x: "-2" }, { x: "2" }],
    "**x = 3, y = 2**": [{ x: "3", y: "2" }],
    "**x = 3이고 y = 2**": [{ x: "3", y: "2" }],
    "**$x = \\frac{1}{2}$**": [{ x: "\\frac{1}{2}" }],
    "**\\(x = \\sqrt{2}\\)**": [{ x: "\\sqrt{2}" }],
    "**x = 1,000**": [{ x: "1000" }],
    "**x = 1 + 2i**": [{ x: "1 + 2i" }],
    "**x = e^2**": [{ x: "e^2" }],
    "**Answer: x = 2**": [{ x: "2" }],
    "**답: x = 2 또는 x = 3**": [{ x: "2" }, { x: "3" }],
    // None in case of doubt.
    "x = 2": [],
    "**Not the answer: x = 2**": [],
    "**해가 없습니다**": [],
    "**x = 2 cm**": [],
    "**x = 2개**": [],
    "**x = 30°**": [],
    "**x = 1,5**": [],
    "**x = 2, 3**": [],
    "**x = ±2**": [],
    "**x = π/6 + 2πn**": [],
    "**x ≈ 1.41**": [],
    "**x = 1/3 ≈ 0.33**": [],
    "**x = 0.333…**": [],
    "**2x = 4**": [],
    "**1 + x = 5**": [],
    "**1/x = 4**": [],
    "**x > 2**": [],
    "**x = 2, y = 3, x = 4**": [],
    "**y = 2x + 5**": [],
    "**f(3) = 9**": [],
    "**x = 2 (중근)**": [],
    "**i = 2**": [],
  };
  for (const [answer, values] of Object.entries(table)) {
    test(`of ${answer}`, () => {
      expect(assignmentsIn(answer)).toEqual([...values]);
    });
  }
});

/** The verdict of `check`; with false the model is called again. */
const holds = (question: string, answer: string): boolean | null => {
  const verdicts = assignmentsIn(answer).map((values) => checkSolution(equationsIn(question), values));
  if (verdicts.includes(false)) return false;
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === true) ? true : null;
};

describe("a check", () => {
  // A question, a right answer to it, and whether it can be verified.
  const right: readonly (readonly [string, string, boolean | null])[] = [
    ["2x + 3 = 7 을 풀어줘.", "**x = 2**", true],
    ["x^2 - 5x + 6 = 0", "**x = 2 또는 x = 3**", true],
    ["x^2 = 2", "**x = √2 or x = -√2**", true],
    ["3x = 1", "**x = 0.333**", true],
    ["\\frac{x}{2} = 3", "**$x = 6$**", true],
    ["x + y = 5, x - y = 1", "**x = 3, y = 2**", true],
    ["x^2 + 1 = 0", "**x = i or x = -i**", true],
    ["x/10 = 100", "**x = 1,000**", true],
    ["2^x = 8", "**x = 3**", true],
    ["xy + 3x = 12, y = 3", "**x = 2**", null],
    ["log x = 2", "**x = 100**", null],
    ["sin x = 1/2 (도)", "**x = 30**", null],
    ["직선 y = 2x + 1 에 평행하고 (0, 5)를 지나는 직선", "**y = 2x + 5**", null],
    ["y = 2x 의 역함수", "**y = x/2**", null],
    ["y = x^2 - 4x + 1 의 최솟값", "**y = -3**", null],
    ["y = x^2 의 도함수는?", "**y = 2x**", null],
    ["x + 3 = 7 일 때 x + 10 은?", "**x + 10 = 14**", null],
    ["4x = 1 일 때 1/x 는?", "**1/x = 4**", null],
    ["a_1 = 3, a_{n+1} = a_n + 2 일 때 a_10", "**a = 21**", null],
    ["x+1=3과 x+2=5를 각각 풀어줘", "**x = 2**, **x = 3**", null],
    ["x = 5 m, v = 10 m/s", "**x = 5**", null],
    ["Is x = 5 a solution of 2x + 3 = 13?", "Yes: **x = 5**", true],
    ["x^2 = 4 (단, x > 0)", "**x = 2**", true],
    ["2ax = 4, a = 2", "**x = 1**", null],
    ["2 x = 6", "**x = 3**", null],
  ];
  for (const [question, answer, verdict] of right) {
    test(`of ${question} never calls ${answer} wrong`, () => {
      expect(holds(question, answer)).toBe(verdict);
    });
  }

  test("detects wrong values", () => {
    expect(holds("2x + 3 = 7 을 풀어줘.", "**x = 3**")).toBe(false);
    expect(holds("x^2 = 4", "**x = 2 or x = 3**")).toBe(false);
    expect(holds("x + y = 5, x - y = 1", "**x = 2, y = 3**")).toBe(false);
  });

  test("accepts answers that are right by construction, in any wording", () => {
    const integer = fc.integer({ min: -50, max: 50 });
    const words = fc.constantFrom(
      (equation: string) => equation,
      (equation: string) => `${equation} 을 풀어줘`,
      (equation: string) => `방정식 ${equation}의 해는?`,
      (equation: string) => `Solve ${equation} for the unknown.`,
      (equation: string) => `Please find it: $${equation}$.`,
    );
    fc.assert(
      fc.property(integer, integer, integer, fc.constantFrom("x", "y", "t"), words, (a, b, x, name, put) => {
        fc.pre(a !== 0);
        const term = `${a}${name}`;
        const question = put(`${term} ${b < 0 ? "-" : "+"} ${Math.abs(b)} = ${a * x + b}`);
        expect(holds(question, `**${name} = ${x}**`)).toBe(true);
        expect(holds(question, `**${name} = ${x + 1}**`)).toBe(false);
      }),
    );
  });
});

describe("any text at all", () => {
  const signs = fc.constantFrom(
    "=",
    "x",
    "2",
    " ",
    "(",
    ")",
    "**",
    ",",
    "\\",
    "{",
    "}",
    "$",
    "^",
    "가",
    "ab",
    "or",
    "\n",
    "\u0001",
  );
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(signs, { maxLength: 60 }).map((all) => all.join("")),
  );

  test("is read without an error, and checked without one", () => {
    fc.assert(
      fc.property(anything, anything, (question, answer) => {
        for (const equation of equationsIn(question)) expect(equation.split("=")).toHaveLength(2);
        expect([true, false, null]).toContain(holds(question, answer));
      }),
      { numRuns: 2_000 },
    );
  });

  test("takes milliseconds, even for a megabyte of the hardest text", async () => {
    const hard = [
      "x=",
      "x",
      " ",
      "=",
      "1 ",
      "(",
      "**",
      "**x=1",
      "\\begin{",
      "a'",
      "x ,",
      "1,",
      "or ",
      "\\",
      "가 = ",
      "x = 1 or ",
    ];
    for (const piece of hard) {
      const text = piece.repeat(1_000_000 / piece.length);
      const spent = await cpuMs(() => {
        equationsIn(text);
        assignmentsIn(text);
        assignmentsIn(`**${text}`);
      });
      expect(spent).toBeLessThan(500);
    }
  });
});
