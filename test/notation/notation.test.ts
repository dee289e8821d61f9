import { expect, test } from "bun:test";
import Complex from "complex.js";
import fc from "fast-check";
import { compile } from "../../src/builtin/maths/numeric.ts";
import { withoutLatex } from "../../src/notation/latex.ts";
import { NotationError } from "../../src/notation/mistake.ts";
import { toTool } from "../../src/notation/print.ts";
import { parse, parseComparison } from "../../src/notation/read.ts";
import { spansIn } from "../../src/notation/spans.ts";

const read = (text: string): string => {
  if (!/(?<!_\{n)=/.test(text)) return toTool(parse(text));
  const { sides, relations } = parseComparison(text);
  return sides.map((side, at) => `${at === 0 ? "" : relations[at - 1]}${toTool(side)}`).join("");
};

test.each([
  ["2x+3=7", "2*x+3=7"],
  ["x(x+1)(x-1)", "x*(x+1)*(x-1)"],
  ["sin 2x cos x", "sin(2*x)*cos(x)"],
  ["sin^2 x", "sin(x)^2"],
  ["sin^-1(x)", "asin(x)"],
  ["xe^x", "x*e^x"],
  ["xsin(x)", "x*sin(x)"],
  ["x²+y⁻¹", "x^2+y^(-1)"],
  ["√2 x", "sqrt(2)*x"],
  ["2 × 3 ÷ 4 − 1", "2*3/4-1"],
  ["3/4 ÷ 1/2", "3/4/(1/2)"],
  ["1 ÷ 3/2²", "1/(3/2^2)"],
  ["1 ÷ 3/2!", "1/(3/factorial(2))"],
  ["2*(3/4)", "2*(3/4)"],
  ["240 * 15%", "240*15/100"],
  ["240 * (15%)", "240*(15/100)"],
  ["x₁+x₂", "x_1+x_2"],
  ["３ｘ＋１", "3*x+1"],
  ["30°", "30*pi/180"],
  ["ln(x)", "log(x)"],
  ["1e3x", "1e3*x"],
  ["1½ + ½", "1+1/2+1/2"],
  ["1 1/2", "1+1/2"],
  ["-2^2", "-2^2"],
  ["2^3^2", "2^(3^2)"],
  ["|x-1|", "abs(x-1)"],
  ["0.1(6)", "15/90"],
  ["1+2+...+100", "sum(n,n,1,100)"],
  ["∫_0^1 x^2 dx", "defint(x^2,0,1,x)"],
  ["[[1,2],[3,4]]", "[[1,2],[3,4]]"],
])("%s means %s", (text, expected) => {
  expect(read(text)).toBe(expected);
});

test.each([
  [String.raw`\frac{1}{2}+\frac13`, "1/2+1/3"],
  [String.raw`\sqrt[3]{8}`, "nthroot(8,3)"],
  [String.raw`2\cdot 3\times 4`, "2*3*4"],
  [String.raw`\int_0^1 x^2 \, dx`, "defint(x^2,0,1,x)"],
  [String.raw`\int t e^{t}\,\mathrm{d}t`, "integrate(t*e^t,t)"],
  [String.raw`\int \frac{dx}{x}`, "integrate(1/x,x)"],
  [String.raw`\lim_{x \to 0} \frac{\sin x}{x}`, "limit(sin(x)/x,x,0)"],
  [String.raw`\lim_{x\to 0^+} 1/x`, "limit(1/x,x,0,right)"],
  [String.raw`\frac{d^2}{dx^2} x^5`, "diff(x^5,x,2)"],
  [String.raw`\sum_{n=1}^{10} n^2`, "sum(n^2,n,1,10)"],
  [String.raw`\log_2 8`, "log(8,2)"],
  [String.raw`\left|x-1\right|`, "abs(x-1)"],
  ["e^{-x^2}", "e^(-x^2)"],
  [String.raw`\sin 30^{\circ}`, "sin(30*pi/180)"],
  [String.raw`1\frac{1}{2}`, "1+1/2"],
  [String.raw`\begin{pmatrix}1&2\\3&4\end{pmatrix}`, "[[1,2],[3,4]]"],
  [String.raw`\binom{5}{2}`, "binomial(5,2)"],
  ["1{,}234", "1234"],
  ["e^{2}x", "e^2*x"],
])("LaTeX %s means %s", (latex, expected) => {
  expect(read(latex)).toBe(expected);
});

test.each(["1/2x", "6/2(1+2)", "√2x", "e^2x", "2^3x", "sin x/2", "8^1/3", "∑_(n=1)^3 n + 1"])(
  "%s is refused with both of its readings",
  (text) => {
    const read = (): unknown => parse(text);
    expect(read).toThrow(NotationError);
    expect(read).toThrow(/ or /u);
  },
);

test.each([
  "2 3",
  "x 3",
  "3+*4",
  "(1",
  "1)",
  "sin",
  "1.2.3",
  "",
  "2!!",
  "foo(2)",
  "∫ x",
  "x^",
  "1+4+...+100",
  "2+4+...+64",
])("%p is not a formula", (text) => {
  expect(() => parse(text)).toThrow(NotationError);
});

const pieces = fc.constantFrom(
  ..."xyei012.9+-*/^()|!%=,_ √π²⁻₁×÷−°½∫∑[]<≤{}\n가",
  "sin",
  "sqrt",
  "ln",
  "\\frac",
  "\\sqrt",
  "\\int",
  "\\begin{pmatrix}",
  "\\\\",
  "\\end",
  "lim_",
  "->",
  "...",
  "d/dx",
  " dx",
  "를 ",
);

test("any text is read or refused with a NotationError, and a sentence's spans keep all blanks", () => {
  const anything = fc.oneof(
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join("")),
    fc.string({ unit: "binary", maxLength: 60 }),
  );
  fc.assert(
    fc.property(anything, (text) => {
      try {
        parse(text);
      } catch (error) {
        if (!(error instanceof NotationError)) throw error;
      }
      expect(typeof withoutLatex(text)).toBe("string");
      expect(spansIn(text)).not.toBeUndefined();
    }),
    { numRuns: 3000 },
  );
});

test("a printed formula is read back with the same meaning", () => {
  const leaf = fc.constantFrom("1", "2.5", "x", "y", "pi", "e").map((text) => parse(text));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 5 }, leaf, tie("operation"), tie("negative"), tie("call")),
    operation: fc.record({
      kind: fc.constant("operation" as const),
      sign: fc.constantFrom("+", "-", "*", "/", "^"),
      left: tie("tree"),
      right: tie("tree"),
    }),
    negative: fc.record({ kind: fc.constant("negative" as const), of: tie("tree") }),
    call: fc.record({
      kind: fc.constant("call" as const),
      name: fc.constantFrom("sin", "sqrt", "abs"),
      args: fc.tuple(tie("tree")),
    }),
  }));
  fc.assert(
    fc.property(tree, (expression) => {
      const text = toTool(expression as Parameters<typeof toTool>[0]);
      fc.pre(text.length < 400);
      const [before, after] = [expression, parse(text)].map((one) =>
        compile(one as Parameters<typeof compile>[0], ["x", "y"]),
      );
      for (const point of [0.7, 1.9, 3.3]) {
        const values = [new Complex(point, 0), new Complex(2 - point, 0)];
        const [a, b] = [before?.(values), after?.(values)];
        if (a?.isFinite() !== true || b?.isFinite() !== true) continue;
        // To the last digit: only the place of a sign has changed, not the computation.
        expect(b).toEqual(a);
      }
    }),
    { numRuns: 1000 },
  );
});
