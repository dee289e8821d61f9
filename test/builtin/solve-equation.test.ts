import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { solve } from "../../src/builtin/maths/solve.ts";
import { checkSolution } from "../../src/builtin/maths/verify.ts";
import { mathsWorkers } from "../../src/builtin/tools/maths-workers.ts";
import { ToolError } from "../../src/tools/contract.ts";

const valuesOf = (...equations: string[]): readonly string[] =>
  solve(equations).solutions.map((one) => Object.values(one).join(", "));

describe("one equation", () => {
  test.each<[string, string[]]>([
    ["2x + 3 = 7", ["2"]],
    ["0.5x = 1.25", ["5/2"]],
    ["3(x+1) = 2x-5", ["-8"]],
    ["x^2-5x+6=0", ["2", "3"]],
    ["x²=2", ["-sqrt(2)", "sqrt(2)"]],
    ["x^2-x-1=0", ["(1-sqrt(5))/2", "(1+sqrt(5))/2"]],
    ["x^2-4x+4=0", ["2"]],
    ["4x^2+1=0", ["-1/2*i", "1/2*i"]],
    ["x^2+x+1=0", ["(-1-sqrt(3)*i)/2", "(-1+sqrt(3)*i)/2"]],
    ["x^3-6x^2+11x-6=0", ["1", "2", "3"]],
    ["x^4-5x^2+6=0", ["-sqrt(3)", "-sqrt(2)", "sqrt(2)", "sqrt(3)"]],
    ["1/x+1/(x+1)=1", ["(1-sqrt(5))/2", "(1+sqrt(5))/2"]],
    ["sqrt(x)=3", ["9"]],
    ["sqrt(x+3)=x-3", ["6"]],
    ["|x-2|=3", ["-1", "5"]],
    ["e^x=5", ["log(5)"]],
    ["ln x = 2", ["e^2"]],
    ["2^x=8", ["3"]],
    ["4^x-2^x-2=0", ["1"]],
    ["log(x)+log(x-3)=log(10)", ["5"]],
    ["2cos(x)+1=0", ["2*pi/3", "4*pi/3"]],
    ["sin(x)=1", ["pi/2"]],
    ["tan(x)=1", ["pi/4"]],
    ["cos(x)=x", ["0.7390851332"]],
    ["a*x^2+b*x+c=0", ["(sqrt(b^2-4*a*c)-b)/(2*a)", "-(sqrt(b^2-4*a*c)+b)/(2*a)"]],
    [String.raw`\frac{x}{2}=3`, ["6"]],
    ["2x+3", ["-3/2"]],
  ])("%s has the solutions %p", (equation, expected) => {
    if (equation.startsWith("a*")) {
      // The form of the formula may change, but not that there are two correct solutions.
      const { solutions } = solve([equation]);
      expect(solutions).toHaveLength(2);
      expect(solutions.every((values) => checkSolution([equation], values) === true)).toBe(true);
    } else expect(valuesOf(equation)).toEqual(expected);
  });

  test.each([
    ["sqrt(x) = -2", "no_solution"],
    ["1/x = 0", "no_solution"],
    ["x = x+1", "no_solution"],
    ["(x^2-1)/(x-1) = 2", "no_solution"],
    ["|x| = -3", "no_solution"],
    ["sin(x) = 2", "no_solution"],
    ["e^x = -1", "no_solution"],
    ["2^x = 0", "no_solution"],
    ["e^(-x^2) = 0", "no_solution"],
    ["sqrt(2x-1)+3 = 0", "no_solution"],
    ["e^x = x", "no real solution was found between -1000 and 1000"],
    ["x = x", "identity"],
    ["sin(x)^2+cos(x)^2 = 1", "identity"],
    ["sqrt(x^2) = x", "it holds on whole intervals, not at single points"],
    ["floor(x) = 2", "it holds on whole intervals, not at single points"],
    ["1 = 1", "identity"],
    ["1 = 2", "no_solution"],
  ])("%s has no list of solutions, because: %s", (equation, note) => {
    expect(solve([equation])).toEqual({ solutions: [], approximate: [], note, steps: [] });
  });

  test.each([
    ["sqrt(x^2-1) = 0", ["-1", "1"]],
    ["sqrt(x-1) = 0", ["1"]],
    ["sqrt(x-1)*(x-3) = 0", ["1", "3"]],
    ["|x-2| = 0", ["2"]],
  ])("%s has the solutions %p at the edge of its domain", (equation, expected) => {
    expect(valuesOf(equation)).toEqual(expected);
  });

  test.each([
    ["4^x = 2^(x+3)", ["3"]],
    ["e^x = e^(2x)", ["0"]],
    ["x*e^x = 0", ["0"]],
  ])("%s has the solutions %p, and none where both sides are only small", (equation, expected) => {
    expect(valuesOf(equation)).toEqual(expected);
  });

  test("an equation with more solutions than can be listed is not answered with only some", () => {
    expect(() => solve(["x*sin(x) = 0"])).toThrow(ToolError);
  });

  test("a quintic without short roots is answered in decimals, with a note", () => {
    const { approximate, note } = solve(["x^5-x-1=0"]);
    expect(approximate).toHaveLength(5);
    expect(approximate[0]).toEqual({ x: "1.167303978" });
    expect(note).toBe("some values are rounded");
  });

  test("complex solutions alone are noted as such", () => {
    expect(solve(["x^2+1=0"]).note).toBe("no_real_solution");
  });

  test("the steps lead from the equation to the answer", () => {
    const { steps } = solve(["2x + 3 = 7"]);
    expect(steps[0]).toStartWith("2*x+3 = 7 -> ");
    expect(steps.at(-1)).toEndWith(" -> x = 2");
    expect(solve(["x^2-5x+6=0"]).steps).toEqual([
      "x^2 - 5*x + 6 = 0 -> (x - 2)*(x - 3) = 0",
      "(x - 2)*(x - 3) = 0 -> x = 2 or x = 3",
    ]);
  });

  test("another unknown may be requested", () => {
    expect(solve(["V = pi*r^2*h"], ["h"]).solutions).toEqual([{ h: "V/(pi*r^2)" }]);
  });
});

describe("a system", () => {
  test.each<[string[], string[]]>([
    [["x+y=3", "x-y=1"], ["2, 1"]],
    [["2x+3y=12", "x/2-y/3=1"], ["42/13, 24/13"]],
    [["x+y+z=1", "2x-y+z=3", "x+2y-z=0"], ["8/7, -3/7, 2/7"]],
    [
      ["x+y=3", "xy=2"],
      ["1, 2", "2, 1"],
    ],
    [
      ["x^2+y^2=25", "x+y=7"],
      ["3, 4", "4, 3"],
    ],
    [
      ["x^2+y^2=5", "x*y=2"],
      ["-2, -1", "-1, -2", "1, 2", "2, 1"],
    ],
    [
      ["x^2+y^2=25", "x^2-y^2=7"],
      ["-4, -3", "-4, 3", "4, -3", "4, 3"],
    ],
    [["y=2^x", "y=8"], ["3, 8"]],
  ])("%p has the solutions %p", (equations, expected) => {
    expect(valuesOf(...equations)).toEqual(expected);
  });

  test("contradiction and dependence are distinguished", () => {
    expect(solve(["x+y=3", "x+y=4"])).toMatchObject({ solutions: [], note: "no_solution" });
    expect(solve(["x+y=3", "2x+2y=6"])).toMatchObject({
      solutions: [{ x: "3-y" }],
      note: expect.stringContaining("infinitely_many"),
    });
  });
});

describe("properties", () => {
  const integer = fc.integer({ min: -12, max: 12 });

  test("every polynomial built from rational roots has exactly those roots", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(integer, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 7 }),
        (roots, d) => {
          const equation = `${roots.map((root) => `(${d}x-(${root}))`).join("*")}=0`;
          const { approximate, note } = solve([equation]);
          expect(note).toBeUndefined();
          const found = approximate.map(({ x }) => Number(x));
          const expected = roots.map((root) => Number((root / d).toPrecision(10))).sort((a, b) => a - b);
          expect(found).toEqual(expected.map((x) => (Object.is(x, -0) ? 0 : x)));
        },
      ),
      { numRuns: 150 },
    );
  });

  test("any cubic or quadratic has at most as many roots as its degree, all correct", () => {
    fc.assert(
      fc.property(fc.tuple(integer, integer, integer, integer), ([a, b, c, d]) => {
        const equation = `${a}*x^3+${b}*x^2+${c}*x+${d}=0`.replaceAll("+-", "-");
        const { approximate, solutions } =
          a === 0 && b === 0 && c === 0 ? { approximate: [], solutions: [] } : solve([equation]);
        expect(solutions.length).toBeLessThanOrEqual(3);
        for (const values of approximate) expect(checkSolution([equation], values)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test("a linear system with one solution is solved exactly", () => {
    fc.assert(
      fc.property(fc.tuple(integer, integer, integer, integer, integer, integer), ([a, b, c, d, x, y]) => {
        fc.pre(a * d - b * c !== 0);
        const equations = [`${a}*x+(${b})*y=${a * x + b * y}`, `${c}*x+(${d})*y=${c * x + d * y}`];
        expect(solve(equations, ["x", "y"]).solutions).toEqual([{ x: String(x), y: String(y) }]);
      }),
      { numRuns: 60 },
    );
  });

  test("any text is answered or refused with a ToolError in its worker, which ends endless work", async () => {
    const thread = mathsWorkers();
    const { signal } = new AbortController();
    const unit = fc.constantFrom(..."xy019.+-*/^()|=!e", "sin(", "sqrt(", "log(");
    await fc.assert(
      fc.asyncProperty(fc.string({ unit, maxLength: 14 }), async (text) => {
        try {
          JSON.stringify(
            await thread.run({ kind: "solve", equations: [text], variables: undefined }, { userId: "u", signal }),
          );
        } catch (error) {
          expect(error).toBeInstanceOf(ToolError);
        }
      }),
      { numRuns: 400 },
    );
  });
});

test.each([
  ["x*y < 3", "one unknown"],
  ["x = 1 = 2", "more than one"],
  ["diff(x^2,x) = 2", "calculate first"],
  ["x+)", "Cannot read"],
  ["foo(x) = 2", "no function foo"],
  [`x=${"9".repeat(600)}`, "longer than 500"],
])("%s is refused with advice", (equation, advice) => {
  expect(() => solve([equation])).toThrow(advice);
});
