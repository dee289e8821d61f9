import Complex from "complex.js";
import { type Expression, number, operation, replace, some, unknowns } from "../../notation/expression.ts";
import { print } from "../../notation/print.ts";
import * as Q from "../../notation/rational.ts";
import { parse } from "../../notation/read.ts";
import { ToolError } from "../../tools/contract.ts";
import { isEqual } from "./equal.ts";
import { exactValue, fromRational } from "./exact.ts";
import { compile, compileReal } from "./numeric.ts";
import { asFraction } from "./polynomial.ts";
import { quadrature } from "./quadrature.ts";
import { recognise } from "./recognise.ts";
import { agree } from "./residual.ts";
import { decimal } from "./solution.ts";
import { symbolic } from "./symbolic.ts";
import { type Side, tendency, tendsTo } from "./tendency.ts";

const MAX_ORDER = 10;
const MAX_TERMS = 2_000;
const COMMAND = /^(diff|integrate|defint|limit|sum|product|factor|expand|simplify|partfrac)$/u;

const isOpen = (expression: Expression): boolean =>
  some(expression, (part) => part.kind === "call" && COMMAND.test(part.name));
const nameOf = (expression: Expression | undefined, usage: string): string => {
  if (expression?.kind !== "name") throw new ToolError(`Name the variable: ${usage}.`);
  return expression.name;
};
const unproved = (what: string): never => {
  throw new ToolError(`${what} Simplify the input, split it into parts, or reason it out without this tool.`);
};
const safely = <T>(make: () => T): T | null => {
  try {
    return make();
  } catch {
    return null;
  }
};

/** Returns the derivative of a compiled function at a point, to about 8 digits (five-point rule). */
const slope = (f: (x: Complex) => Complex, x: Complex): Complex => {
  const h = 1e-3 * Math.max(1, x.abs());
  const at = (n: number): Complex => f(x.add(n * h));
  return at(-2)
    .sub(at(2))
    .add(at(1).sub(at(-1)).mul(8))
    .div(12 * h);
};

/** Tests whether `derivative` is the derivative of `primitive` by `name`, at points where both have values. */
const isDerivative = (primitive: Expression, derivative: Expression, name: string): boolean => {
  const names = [name, ...unknowns(operation("+", primitive, derivative)).filter((other) => other !== name)];
  const compiled = safely(() => [compile(primitive, names), compile(derivative, names)] as const);
  if (compiled === null) return false;
  const [F, f] = compiled;
  return agree((point) => slope((x) => F([x, ...point.slice(1)]), point[0] ?? Complex.NAN), f, names, 1e-5) === true;
};

/** diff(f, x[, n]) */
export const differentiate = ([f, by, times]: readonly Expression[]): Expression => {
  const usage = "diff(f, x) or diff(f, x, 2)";
  if (f === undefined) throw new ToolError(`Usage: ${usage}.`);
  const name = by === undefined ? (unknowns(f)[0] ?? "x") : nameOf(by, usage);
  const order = times === undefined ? 1 : Number(print(times));
  if (!Number.isInteger(order) || order < 1 || order > MAX_ORDER)
    throw new ToolError(`The order of diff must be a whole number from 1 to ${MAX_ORDER}.`);
  let current = f;
  for (let n = 0; n < order; n++) {
    const next = symbolic(`diff(${print(current)},${name})`);
    if (next === null || isOpen(next) || !isDerivative(current, next, name))
      return unproved("The derivative could not be verified.");
    current = next;
  }
  return current;
};

const antiderivative = (f: Expression, name: string): Expression | null => {
  const F = symbolic(`integrate(${print(f)},${name})`);
  return F !== null && !isOpen(F) && isDerivative(F, f, name) ? F : null;
};

/** integrate(f, x), without a constant of integration. */
export const integrate = ([f, by]: readonly Expression[]): Expression => {
  if (f === undefined) throw new ToolError("Usage: integrate(f, x).");
  const name = by === undefined ? (unknowns(f)[0] ?? "x") : nameOf(by, "integrate(f, x)");
  return antiderivative(f, name) ?? unproved("No antiderivative was found that differentiates back to the function.");
};

/** Returns a number known to about 9 digits as a short exact text if one fits, otherwise as a decimal. */
const fromNumber = (value: number): Expression =>
  Number.isFinite(value)
    ? parse(recognise(value, 1e-9) ?? decimal(value))
    : value > 0
      ? INFINITY
      : { kind: "negative", of: INFINITY };
const INFINITY: Expression = { kind: "name", name: "Infinity" };
const realNumber = (expression: Expression, what: string): number => {
  const value = safely(() => compileReal(expression, [])());
  return value === null || Number.isNaN(value) ? unproved(`${what} is not a real number.`) : value;
};

/** defint(f, a, b, x), or defint(f, x, a, b) */
export const integrateBetween = (args: readonly Expression[]): Expression => {
  const usage = "defint(f, a, b, x)";
  const [f, second, third, fourth] = args;
  if (f === undefined || second === undefined || third === undefined) throw new ToolError(`Usage: ${usage}.`);
  const variableFirst =
    fourth !== undefined &&
    second.kind === "name" &&
    (unknowns(f).includes(second.name) || unknowns(second).length > 0);
  const name = variableFirst
    ? nameOf(second, usage)
    : fourth === undefined
      ? (unknowns(f)[0] ?? "x")
      : nameOf(fourth, usage);
  const [from, to] = variableFirst && fourth ? [third, fourth] : [second, third];
  const [a, b] = [realNumber(from, "The lower bound"), realNumber(to, "The upper bound")];
  if (unknowns(f).some((other) => other !== name)) unproved(`The function holds letters other than ${name}.`);
  const value = quadrature(compileReal(f, [name]), a, b);
  if (Number.isNaN(value)) unproved("The integral diverges, or the function is not defined between the bounds.");
  const F = Number.isFinite(a) && Number.isFinite(b) ? antiderivative(f, name) : null;
  const exact = F && symbolic(operation("-", replace(F, name, to), replace(F, name, from)));
  const proved =
    exact && safely(() => Math.abs(compileReal(exact, [])() - value) <= 1e-6 * Math.max(1, Math.abs(value)));
  if (exact && proved && !some(exact, (part) => part.kind === "call" && part.name === "erf")) return exact;
  return fromNumber(value);
};

/** limit(f, x, a[, left|right]) */
export const limit = ([f, by, to, from]: readonly Expression[]): Expression => {
  const usage = "limit(f, x, a) or limit(f, x, a, right)";
  if (f === undefined || to === undefined) throw new ToolError(`Usage: ${usage}.`);
  const name = nameOf(by, usage);
  const side: Side = from?.kind === "name" && (from.name === "left" || from.name === "right") ? from.name : "both";
  const a = realNumber(to, "The point");
  if (unknowns(f).some((other) => other !== name)) unproved(`The function holds letters other than ${name}.`);
  const g = compileReal(f, [name]);
  const answer = symbolic(`limit(${print(f)},${name},${print(to)})`);
  const value = answer && safely(() => compileReal(answer, [])());
  if (answer && value !== null && !Number.isNaN(value) && tendsTo(g, a, side, value))
    return some(answer, (part) => part.kind === "name" && part.name === "Infinity") ? fromNumber(value) : answer;
  const numeric = tendency(g, a, side);
  if (!Number.isNaN(numeric) && tendsTo(g, a, side, numeric))
    return fromNumber(Math.abs(numeric) < 1e-10 ? 0 : Number(numeric.toPrecision(10)));
  for (const infinite of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    if (tendsTo(g, a, side, infinite)) return fromNumber(infinite);
  if (tendsTo(g, a, side, 0)) return number(0);
  return unproved("The limit does not exist, differs from left to right, or could not be verified.");
};

/** sum(f, n, a, b) and product(f, n, a, b) */
export const sumOf =
  (sign: "+" | "*") =>
  ([f, by, from, to]: readonly Expression[]): Expression => {
    const usage = sign === "+" ? "sum(f, n, 1, 10)" : "product(f, n, 1, 10)";
    if (f === undefined || from === undefined || to === undefined) throw new ToolError(`Usage: ${usage}.`);
    const name = nameOf(by, usage);
    const [a, b] = [realNumber(from, "The first index"), realNumber(to, "The last index")];
    if (!Number.isInteger(a)) throw new ToolError("The first index must be a whole number.");
    if (b === Number.POSITIVE_INFINITY && sign === "+") return infiniteSum(f, name, a);
    if (sign === "+" && Number.isSafeInteger(b) && b - a >= MAX_TERMS) return longSum(f, name, BigInt(a), BigInt(b));
    if (!Number.isInteger(b) || b - a >= MAX_TERMS)
      throw new ToolError(`The last index must be a whole number at most ${MAX_TERMS} above the first, or Infinity.`);
    const terms = Array.from({ length: Math.max(0, b - a + 1) }, (_, n) => replace(f, name, number(a + n)));
    const values = terms.map(exactValue).filter((value) => value !== null);
    if (values.length === terms.length)
      return fromRational(sign === "+" ? values.reduce(Q.add, Q.ZERO) : values.reduce(Q.multiply, Q.ONE));
    const short = terms.length <= 30 && symbolic(terms.map(print).join(sign));
    return short || unproved("The terms are not rational numbers and too many to write out.");
  };

const MAX_SUM_DEGREE = 12;
/**
 * A sum of many terms of a polynomial of degree d is a polynomial of degree d + 1 in the number of terms, so its first
 * d + 2 values determine it (Lagrange). Later values, which were not used, verify it.
 */
const longSum = (f: Expression, name: string, from: bigint, to: bigint): Expression => {
  const polynomial = asFraction(f, name);
  const size = polynomial?.bottom.length === 1 ? polynomial.top.length + 1 : Number.POSITIVE_INFINITY;
  if (size > MAX_SUM_DEGREE) return unproved(`More than ${MAX_TERMS} terms are added up of polynomials only.`);
  const partial: Q.Rational[] = [];
  for (let n = 0; n < size + 2; n++)
    partial.push(Q.add(partial.at(-1) ?? Q.ZERO, exactValue(replace(f, name, number(from + BigInt(n)))) ?? Q.ZERO));
  const at = (x: bigint): Q.Rational =>
    partial.slice(0, size).reduce((sum, value, i) => {
      const factors = Array.from({ length: size }, (_, j) => j).filter((j) => j !== i);
      const weight = factors.reduce((all, j) => Q.multiply(all, Q.rational(x - BigInt(j), BigInt(i - j))), Q.ONE);
      return Q.add(sum, Q.multiply(value, weight));
    }, Q.ZERO);
  const proved = [size, size + 1].every((n) => Q.show(at(BigInt(n))) === Q.show(partial[n] ?? Q.ZERO));
  return proved ? fromRational(at(to - from)) : unproved("The sum could not be verified.");
};

/** Sums geometric series exactly, and other series when their partial sums converge. */
const infiniteSum = (f: Expression, name: string, from: number): Expression => {
  const terms = [0, 1, 2, 3, 4].map((n) => exactValue(replace(f, name, number(from + n))));
  const [first, second] = terms;
  if (first && second && first.n !== 0n) {
    const ratio = Q.divide(second, first);
    const isGeometric = terms.every(
      (term, n) => n === 0 || (term && Q.show(Q.divide(term, terms[n - 1] ?? Q.ONE)) === Q.show(ratio)),
    );
    if (isGeometric && Math.abs(Q.toNumber(ratio)) < 1)
      return fromRational(Q.divide(first, Q.add(Q.ONE, Q.negate(ratio))));
  }
  const g = compileReal(f, [name]);
  const partial: number[] = [];
  let sum = 0;
  for (let n = 0, next = 8; n < 2 ** 15; n++) {
    if (n === next) {
      partial.push(sum);
      next *= 2;
    }
    sum += g(from + n);
  }
  partial.push(sum);
  const value = tendency((x) => partial[Math.round(Math.log2(x / 8))] ?? Number.NaN, Number.POSITIVE_INFINITY, "both");
  return Number.isNaN(value)
    ? unproved("The series diverges or converges too slowly.")
    : fromNumber(Number(value.toPrecision(9)));
};

/** simplify, expand and factor. The result must have the same values as the input. */
export const expandLike =
  (command: "simplify" | "expand" | "factor" | "partfrac") =>
  ([f]: readonly Expression[]): Expression => {
    if (f === undefined) throw new ToolError(`Usage: ${command}(f).`);
    const by = command === "partfrac" ? `,${unknowns(f)[0] ?? "x"}` : "";
    const answer = symbolic(`${command}(${print(f)}${by})`);
    const proved = answer && !isOpen(answer) && isEqual(answer, f);
    return answer && proved ? answer : unproved(`${command} gave nothing that could be proved equal.`);
  };
