import { expect, test } from "bun:test";
import fc from "fast-check";
import { calculate } from "../../src/builtin/maths/evaluate.ts";
import { solve } from "../../src/builtin/maths/solve.ts";

test.each([
  ["gcd(12,18)", "6"],
  ["lcm(4,6,10)", "60"],
  ["mod(-7,3)", "2"],
  ["mean(1,2,3,4)", "5/2"],
  ["median(3,1,2,10)", "5/2"],
  ["mode(1,2,2,3,3)", "2, 3"],
  ["variance(1,2,3)", "2/3"],
  ["deviation(2,4)", "1"],
  ["binomial(5,2)", "10"],
  ["permutations(5,2)", "20"],
  ["base(255,10,16)", "FF"],
  ["base(1010,2,10)", "10"],
  ["percent(80,200)", "40"],
  ["det([[2,0,1],[1,3,2],[1,1,1]])", "0"],
  ["inverse([[1,2],[3,4]])", "[[-2,1],[3/2,-1/2]]"],
  ["matmul([[1,2],[3,4]],[[1],[1]])", "[[3],[7]]"],
  ["distance((1,2),(4,6))", "5"],
  ["slope((1,2),(3,8))", "3"],
  ["midpoint((1,2),(3,8))", "(2, 5)"],
  ["tangent(x^2,x,1)", "y=2*x-1"],
  ["vertex(x^2-4*x+3,x)", "(2, -1)"],
  ["extrema(x^3-3*x,x)", "local maximum 2 at x = -1; local minimum -2 at x = 1"],
  ["extrema(x^3,x)", "none"],
  ["value(x^2+1/x^2,[x+1/x-3])", "7"],
  ["value(x^2+y^2,[x+y-5,x*y-6])", "13"],
  ["(2+3i)/(1-i)", "5*i/2-1/2"],
  ["cbrt(-8)", "-2"],
  ["sum(n,n,1,1000000)", "500000500000"],
  ["sum(n^3,n,1,100000)", "25000500002500000000"],
])("%s is %s", (expression, result) => {
  expect(calculate(expression).result).toBe(result);
});

test.each([
  ["0^0", "0^0 is undefined"],
  ["1/sin(0)", "is undefined"],
  ["log(0)", "is undefined"],
  ["(-8)^(1/3)", "cbrt"],
  ["inverse([[1,2],[2,4]])", "no inverse"],
  ["det([[1,2,3],[4,5,6]])", "square"],
  ["slope((1,2),(1,8))", "vertical"],
  ["base(102,2,10)", "digit"],
  ["tangent(x^2,x,1,2)", "not lie on the curve"],
  ["vertex(x^3,x)", "parabola"],
  ["value(x+1,[x^2-4])", "different values"],
  ["mean(sqrt(2),1)", "mean takes numbers"],
  ["1/2x", "parentheses"],
])("%s is refused: %s", (expression, reason) => {
  expect(() => calculate(expression)).toThrow(reason);
});

test.each([
  [["x^2-5*x+6<0"], "2 < x < 3"],
  [["x^2-4*x+4>0"], "x ≠ 2"],
  [["x^2-4*x+4<=0"], "x = 2"],
  [["(x-1)/(x+2)<=0"], "-2 < x ≤ 1"],
  [["1<2*x+3<7"], "-1 < x < 2"],
  [["abs(x-3)>2"], "x < 1 or x > 5"],
  [["x>3", "x<1"], "none"],
  [["x^2>=0"], "all"],
])("%p holds for %s", (comparisons, range) => {
  expect(solve(comparisons).range).toBe(range);
});

test.each([
  [
    ["sin(x)=1/2", "0<=x<2*pi"],
    ["pi/6", "5*pi/6"],
  ],
  [
    ["cos(x)=1", "0<=x<=4*pi"],
    ["0", "2*pi", "4*pi"],
  ],
  [["x^2=4", "x>0"], ["2"]],
  [["x^2=4", "x>5"], []],
])("%p has the solutions %p", (texts, expected) => {
  expect(solve(texts).solutions.map(({ x }) => x)).toEqual(expected);
});

test("the determinant of a product of two matrices is the product of their determinants", () => {
  const cell = fc.integer({ min: -9, max: 9 });
  const matrix = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(matrix, matrix, (a, b) => {
      const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
      const product = calculate(`matmul(${left},${right})`).result;
      const [x, y, z] = [left, right, product].map((text) => BigInt(calculate(`det(${text})`).result));
      expect((x ?? 0n) * (y ?? 0n)).toBe(z ?? 0n);
    }),
    { numRuns: 100 },
  );
});

test("a number converted to another base is read back as itself", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.integer({ min: 2, max: 10 }), (n, base) => {
      const text = calculate(`base(${n},10,${base})`).result;
      expect(text).toBe(n.toString(base));
      expect(calculate(`base(${text},${base},10)`).result).toBe(String(n));
    }),
    { numRuns: 200 },
  );
});
