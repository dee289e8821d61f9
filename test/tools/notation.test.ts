import { expect, test } from "bun:test";
import fc from "fast-check";
import { fromLatex } from "../../src/tools/latex.ts";
import { normalise } from "../../src/tools/notation.ts";
import { cpuMs } from "../support/cpu.ts";

const mathText = fc.string({
  unit: fc.constantFrom(..."xyei012.9+-*/^()|!%=,_ √π²⁻₁×÷−°", "sin", "sqrt", "ln", "\\frac", "{", "}"),
  maxLength: 40,
});

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
  ["x₁+x₂", "x_1+x_2"],
  ["３ｘ＋１", "3*x+1"],
  ["30°", "(30*pi/180)"],
  ["ln(x)", "log(x)"],
  ["1e3x", "1e3*x"],
])("%s is written %s", (text, expected) => {
  expect(normalise(text)).toBe(expected);
});

test("two numbers side by side are not multiplied", () => {
  expect(normalise("2 3")).toBe("2 3");
});

test("normalising never throws and a second time changes nothing", () => {
  fc.assert(
    fc.property(fc.oneof(mathText, fc.string({ unit: "binary", maxLength: 60 })), (text) => {
      const once = normalise(text);
      expect(normalise(once)).toBe(once);
    }),
    { numRuns: 3000 },
  );
});

test("long and deeply nested text takes no time", async () => {
  const nasty = [
    "(".repeat(20_000),
    "sin".repeat(7_000),
    "sin^(".repeat(2_000),
    "^".repeat(20_000),
    "x".repeat(20_000),
    "\\frac{".repeat(600),
    "\\sqrt[".repeat(600),
  ];
  const spent = await cpuMs(() => {
    for (const text of nasty) normalise(fromLatex(text));
  });
  expect(spent).toBeLessThan(2_000);
});

test.each([
  [String.raw`\frac{1}{2}+\frac13`, "((1)/(2))+((1)/(3))"],
  [String.raw`\sqrt[3]{8}`, "nthroot(8,3)"],
  [String.raw`2\cdot 3\times 4`, "2*3*4"],
  [String.raw`\int_0^1 x^2 \, dx`, "defint(x^2,0,1,x)"],
  [String.raw`\int t e^{t}\,\mathrm{d}t`, "integrate(t*e^t,t)"],
  [String.raw`\lim_{x \to 0} \frac{\sin x}{x}`, "limit(((sin(x))/(x)),x,0)"],
  [String.raw`\lim_{x\to 0^+} 1/x`, "limit(1/x,x,0,right)"],
  [String.raw`\frac{d^2}{dx^2} x^5`, "diff(x^5,x,2)"],
  [String.raw`\sum_{n=1}^{10} n^2`, "sum(n^2,n,1,10)"],
  [String.raw`\log_2 8`, "log2(8)"],
  [String.raw`\left|x-1\right|`, "|x-1|"],
  ["e^{-x^2}", "e^(-x^2)"],
  [String.raw`\sin 30^{\circ}`, "sin(30*pi/180)"],
  ["2x+3", "2*x+3"],
])("LaTeX %s means %s", (latex, plain) => {
  expect(normalise(fromLatex(latex))).toBe(plain);
});

test("LaTeX that makes no sense is converted without a throw", () => {
  const pieces = fc.constantFrom(
    "\\frac",
    "\\sqrt",
    "\\int",
    "\\lim",
    "\\sum",
    "\\log",
    "_",
    "^",
    "{",
    "}",
    "[",
    "]",
    "d",
    "x",
    "2",
    "\\to",
    "\\left(",
    "\\",
    "=",
    " ",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      expect(typeof fromLatex(parts.join(""))).toBe("string");
    }),
    { numRuns: 2000 },
  );
});
