import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { callFor } from "../../src/builtin/model/calls.ts";
import { recognise } from "../../src/builtin/model/recognise.ts";
import { understand } from "../../src/builtin/model/understand.ts";
import { reconsider } from "../../src/services/solve/prompt.ts";
import { cpuMs } from "../support/cpu.ts";

const toolInput = (question: string): unknown => {
  const task = recognise(question);
  return task === null ? null : callFor(task).input;
};

/** Questions, and the equations that `solve_equation` receives. */
const EQUATIONS: readonly (readonly [string, ...string[]])[] = [
  ["2x + 3 = 7 을 풀어줘.", "2*x+3=7"],
  ["Solve 2x + 3 = 7", "2*x+3=7"],
  ["2x+3=7", "2*x+3=7"],
  ["solve 2x+3=7!", "2*x+3=7"],
  ["Please solve (2x + 3 = 7).", "2*x+3=7"],
  ["그럼 3x = 9 는?", "3*x=9"],
  ["방정식 2(x+1) = 3x - 4 의 해는?", "2*(x+1)=3*x-4"],
  ["x^2 - 5x + 6 = 0 의 해를 구해줘", "x^2-5*x+6=0"],
  ["x²−4=0", "x^2-4=0"],
  ["What are the roots of x**2 = 9?", "x^2=9"],
  ["연립방정식 x + y = 5, x - y = 1", "x+y=5", "x-y=1"],
  ["solve x+y=5 and x-y=1", "x+y=5", "x-y=1"],
  ["x + y = 5 그리고 x - y = 1 을 풀어줘", "x+y=5", "x-y=1"],
  ["\\begin{cases} x + y = 5 \\\\ x - y = 1 \\end{cases}", "x+y=5", "x-y=1"],
  ["x + y = 5\nx - y = 1\n풀어줘", "x+y=5", "x-y=1"],
  ["$\\frac{x}{2}+1=4$", "x/2+1=4"],
  ["\\[x^2=2\\]", "x^2=2"],
  ["Solve \\(\\sqrt{x} = 3\\)", "sqrt(x)=3"],
  ["|x-3| = 5 를 풀어라", "abs(x-3)=5"],
  ["sin x = 1/2 를 풀어줘", "sin(x)=1/2"],
  ["Solve x/3 = 1,000", "x/3=1000"],
  ["２x＋３＝７", "2*x+3=7"],
];

/** Questions, and the expression that `calculate` receives. */
const CALCULATIONS: readonly (readonly [string, string])[] = [
  ["12*(3+4)은?", "12*(3+4)"],
  ["3 더하기 5", "3+5"],
  ["7 곱하기 8은 얼마야?", "7*8"],
  ["What is 12 divided by 4?", "12/4"],
  ["What is 15% of 240?", "15/100*240"],
  ["240의 15%는?", "240*15/100"],
  ["1/3 + 1/6", "1/3+1/6"],
  ["√2 × √8", "sqrt(2)*sqrt(8)"],
  ["5! 은?", "factorial(5)"],
  ["What is 2 to the power of 10?", "2^10"],
  ["2^10 계산해줘", "2^10"],
  ["5의 제곱은?", "5^2"],
  ["sin(π/6)", "sin(pi/6)"],
  ["log 100", "log10(100)"],
  ["log_2 8", "log(8,2)"],
  ["12 + 30 =", "12+30"],
  ["1,234 + 5", "1234+5"],
  ["x=3일 때 x^2+1의 값", "3^2+1"],
  ["$\\frac{3}{4} \\div \\frac{1}{2}$", "3/4/(1/2)"],
  ["x^3 sin x 를 미분해줘", "diff(x^3*sin(x), x)"],
  ["derivative of x^3*sin(x)", "diff(x^3*sin(x), x)"],
  ["d/dx (x^2)", "diff(x^2, x)"],
  ["\\frac{d}{dx} \\left( x^2 e^x \\right)", "diff(x^2*e^x, x)"],
  ["f'(x) of x^3", "diff(x^3, x)"],
  ["f(x) = x^3 + 2x 의 도함수를 구해줘", "diff(x^3+2*x, x)"],
  ["differentiate t^2 + 3t with respect to t", "diff(t^2+3*t, t)"],
  ["y = ln x 를 x에 대하여 미분", "diff(log(x), x)"],
  ["second derivative of x^4", "diff(x^4, x, 2)"],
  ["∫ x e^x dx", "integrate(x*e^x, x)"],
  ["∫ dx/x", "integrate(1/x, x)"],
  ["ln x 를 적분해줘", "integrate(log(x), x)"],
  ["integrate x^2 from 0 to 1", "defint(x^2, 0, 1, x)"],
  ["x^2을 0부터 1까지 적분", "defint(x^2, 0, 1, x)"],
  ["x^2 을 0에서 1까지 적분해줘", "defint(x^2, 0, 1, x)"],
  ["\\int_0^1 x^2 dx", "defint(x^2, 0, 1, x)"],
  ["$\\int_{0}^{\\frac{\\pi}{2}} \\sin x\\,dx$", "defint(sin(x), 0, pi/2, x)"],
  ["∫₀¹ x² dx", "defint(x^2, 0, 1, x)"],
  ["\\int_0^{\\infty} e^{-x} dx", "defint(e^(-x), 0, Infinity, x)"],
  ["lim_{x→0} sin(x)/x", "limit(sin(x)/x, x, 0)"],
  ["\\lim_{x \\to 0} \\frac{\\sin x}{x}", "limit(sin(x)/x, x, 0)"],
  ["limit of sin(x)/x as x approaches 0", "limit(sin(x)/x, x, 0)"],
  ["x가 0으로 갈 때 sin(x)/x의 극한", "limit(sin(x)/x, x, 0)"],
  ["x가 무한대로 갈 때 1/x의 극한", "limit(1/x, x, Infinity)"],
  ["lim x->∞ (1+1/x)^x", "limit((1+1/x)^x, x, Infinity)"],
  ["lim_{x→0+} 1/x", "limit(1/x, x, 0, right)"],
  ["\\lim_{x \\to 2^-} \\frac{1}{x-2}", "limit(1/(x-2), x, 2, left)"],
  ["factor x^2-5x+6", "factor(x^2-5*x+6)"],
  ["x^2-5x+6 을 인수분해", "factor(x^2-5*x+6)"],
  ["60을 소인수분해해줘", "factor(60)"],
  ["expand (x+1)^3", "expand((x+1)^3)"],
  ["(x+1)^3 을 전개해줘", "expand((x+1)^3)"],
  ["simplify (x^2-1)/(x-1)", "simplify((x^2-1)/(x-1))"],
  ["x^2 + 2x + x", "simplify(x^2+2*x+x)"],
  ["sum of n^2 from n=1 to 10", "sum(n^2, n, 1, 10)"],
  ["\\sum_{n=1}^{10} n^2", "sum(n^2, n, 1, 10)"],
  ["1부터 100까지의 합은?", "sum(n, n, 1, 100)"],
];

const NO_TASK: readonly string[] = [
  "",
  "안녕",
  "hello",
  "who are you?",
  "write a poem about 2+2",
  "철수는 사과 3개와 배 5개를 가지고 있다",
  "What time is it in 3-4 hours?",
  "I have 3 apples",
  "미분방정식 y' = y 를 풀어줘",
  "E = mc^2",
  "미분이 뭐야?",
  "Prove that x = x",
  "How do I integrate 3 payment providers into my new shop?",
  "Please sum up the story of the war from 1 to 10 for my kids in simple words",
  "The speed limit is 50",
  "Draw a picture of a cat",
  "The store is open 9-5, call 555-1234",
];

describe("a question", () => {
  test.each(EQUATIONS.map((row) => [...row]))("%p is an equation to solve", (question, ...equations) => {
    expect(toolInput(question ?? "")).toEqual({ equations });
  });

  test.each(CALCULATIONS.map(([question, expression]) => [question, expression]))(
    "%p is %p",
    (question, expression) => {
      expect(toolInput(question)).toEqual({ expression });
    },
  );

  test.each(NO_TASK.map((question) => [question]))("%p needs no tool", (question) => {
    expect(recognise(question)).toBeNull();
  });

  test("a plot names its functions and its range, which defaults to -10 to 10", () => {
    const plot = (expressions: string[], from: number, to: number) => ({ expressions, variable: "x", from, to });
    expect(toolInput("plot y = sin(x) from -5 to 5")).toEqual(plot(["sin(x)"], -5, 5));
    expect(toolInput("y = x^2 그래프를 그려줘")).toEqual(plot(["x^2"], -10, 10));
    expect(toolInput("-2부터 3까지 y = x^2 의 그래프")).toEqual(plot(["x^2"], -2, 3));
    expect(toolInput("graph sin x and cos x on [0, 2π]")).toEqual(plot(["sin(x)", "cos(x)"], 0, 2 * Math.PI));
  });

  test("the requested unknown is named when the equation has others", () => {
    expect(toolInput("solve for y: 2x + y = 3")).toEqual({ equations: ["2*x+y=3"], variables: ["y"] });
  });
});

describe("a message that doubts the answer", () => {
  test.each(["en", "ko"] as const)("refers to the previous question, even if it contains an equation: %s", (locale) => {
    const refuted = reconsider(locale, ["2x + 3 = 7"]);
    expect(understand([refuted, "Solve 2x + 3 = 7"])).toEqual({ task: recognise("Solve 2x + 3 = 7"), again: true });
  });

  test("refers to the newest question about mathematics before it", () => {
    expect(understand(["다시 풀어줘", "2x + 3 = 7 을 풀어줘", "3x = 9"]).task).toEqual(recognise("2x + 3 = 7"));
  });

  test("with its own question is read as that question", () => {
    expect(understand(["Solve 3x = 9 again", "Solve 2x + 3 = 7"])).toEqual({ task: recognise("3x = 9"), again: false });
  });
});

describe("any text at all", () => {
  const PIECES = [
    "x",
    "2",
    "(",
    ")",
    "^",
    "\\frac",
    "{",
    "}",
    "∫",
    "lim_",
    "->",
    "=",
    ",",
    "을 ",
    " of ",
    "미분",
    "|",
    "√",
    "d/dx",
    "%",
    "-",
  ];

  test("is read without throwing", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => void recognise(text)));
    const mathematical = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(mathematical, (text) => void recognise(text)),
      { numRuns: 2000 },
    );
  });

  const NASTY = [
    "(",
    "\\frac{",
    "x^",
    "- ",
    "sin ",
    "1,",
    "가",
    " ",
    "x=",
    "∫_",
    "->(",
    "에서 ",
    "from 1 ",
    "a(",
    "|",
    "!",
    "\\",
    "**x",
    "f(x) =",
  ];

  test.each(NASTY.map((piece) => [piece]))("of %p over and over is read quickly", async (piece) => {
    const spent = await cpuMs(() => {
      recognise(piece.repeat(1_000_000 / piece.length));
      recognise(piece.repeat(Math.floor(4000 / piece.length)));
      recognise(`2x+3=7 ${piece.repeat(Math.floor(3900 / piece.length))} 을 적분 미분 극한 합 그래프`);
    });
    expect(spent).toBeLessThan(500);
  });
});
