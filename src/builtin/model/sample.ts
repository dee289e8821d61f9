import { type Equation, type Expression, operation } from "../../notation/expression.ts";
import { evaluate } from "./evaluate.ts";

/** Returns the value at a real point. Null when it is not a real number. */
export const valueAt = (expr: Expression, point: Readonly<Record<string, number>>): number | null => {
  const value = evaluate(expr, new Map(Object.entries(point).map(([name, re]) => [name, { re, im: 0 }])));
  return value === null || Math.abs(value.im) > 1e-9 * Math.max(1, Math.abs(value.re)) ? null : value.re;
};

export const isClose = (a: number, b: number, tolerance = 1e-6): boolean =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));

const round = (value: number): number => {
  const rounded = Number(value.toPrecision(10));
  return Math.abs(rounded - Math.round(rounded)) < 1e-9 ? Math.round(rounded) + 0 : rounded;
};

/** `left - right`, whose zeros are the solutions. */
export const differenceOf = ({ left, right }: Equation): Expression => operation("-", left, right);

/** Returns a, b, c of `ax^2 + bx + c`, derived from values. Null when it is not such a polynomial. */
export const quadraticOf = (expr: Expression, variable: string): readonly [number, number, number] | null => {
  const [zero, plus, minus] = [0, 1, -1].map((x) => valueAt(expr, { [variable]: x }));
  if (zero == null || plus == null || minus == null) return null;
  const [a, b, c] = [round((plus + minus) / 2 - zero), round((plus - minus) / 2), round(zero)];
  const fits = [2, -3, 0.5, 7.25].every((x) => {
    const value = valueAt(expr, { [variable]: x });
    return value !== null && isClose(value, a * x * x + b * x + c, 1e-9);
  });
  return fits ? [a, b, c] : null;
};

/** Returns the coefficients of the variables in `expr`, then its constant. Null when it is not linear in them. */
export const linearOf = (expr: Expression, variables: readonly string[]): readonly number[] | null => {
  const at = (values: readonly number[]) =>
    valueAt(expr, Object.fromEntries(variables.map((name, index) => [name, values[index] ?? 0])));
  const constant = at([]);
  if (constant === null) return null;
  const coefficients: number[] = [];
  for (const index of variables.keys()) {
    const value = at(variables.map((_, other) => (other === index ? 1 : 0)));
    if (value === null) return null;
    coefficients.push(round(value - constant));
  }
  const fits = [
    [2, 3, 5],
    [-1, 0.5, 4],
    [7, -2, -3],
  ].every((point) => {
    const value = at(point);
    const expected = coefficients.reduce(
      (sum, coefficient, index) => sum + coefficient * (point[index] ?? 0),
      constant,
    );
    return value !== null && isClose(value, expected, 1e-9);
  });
  return fits ? [...coefficients, round(constant)] : null;
};
