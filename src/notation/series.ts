import { rationalOf } from "./exact.ts";
import { call, type Expression, name, number, operation } from "./expression.ts";
import * as Q from "./rational.ts";

const N = name("n");
const expressionOf = ({ n, d }: Q.Rational): Expression =>
  d === 1n ? number(n) : operation("/", number(n), number(d));
const isSame = (a: Q.Rational, b: Q.Rational): boolean => a.n === b.n && a.d === b.d;

/** Returns what `between` gives for each pair of neighbours, if that is constant. */
const constant = (
  terms: readonly Q.Rational[],
  between: (a: Q.Rational, b: Q.Rational) => Q.Rational | null,
): Q.Rational | null => {
  const steps = terms.slice(1).map((term, at) => between(terms[at] ?? Q.ZERO, term));
  const [first] = steps;
  return first && steps.every((step) => step && isSame(step, first)) ? first : null;
};

/** first + (n - 1)·step, for an index from 1, or the index itself when the terms count up by one. */
const arithmetic = (first: Q.Rational, step: Q.Rational, last: Q.Rational): Expression | null => {
  const steps = Q.divide(Q.add(last, Q.negate(first)), step);
  if (steps.d !== 1n || steps.n < 1n) return null;
  if (isSame(step, Q.ONE) && first.d === 1n) return call("sum", N, N, number(first.n), number(last.n));
  const before = operation("*", expressionOf(step), operation("-", N, number(1)));
  return call("sum", operation("+", expressionOf(first), before), N, number(1), number(steps.n + 1n));
};

const geometric = (first: Q.Rational, ratio: Q.Rational, last: Q.Rational | null): Expression | null => {
  const of = operation("*", expressionOf(first), operation("^", expressionOf(ratio), operation("-", N, number(1))));
  if (last === null) return Math.abs(Q.toNumber(ratio)) < 1 ? call("sum", of, N, number(1), name("Infinity")) : null;
  let term = first;
  for (let count = 1n; count <= 1000n; count++, term = Q.multiply(term, ratio))
    if (isSame(term, last)) return call("sum", of, N, number(1), number(count));
  return null;
};

const isSquare = (n: bigint): boolean => {
  const root = BigInt(Math.round(Math.sqrt(Number(n))));
  return root * root === n;
};
/** Sequences that begin like an arithmetic one: squares, cubes, triangular numbers. */
const OTHERS: readonly ((k: bigint) => bigint)[] = [(k) => k * k, (k) => k ** 3n, (k) => (k * (k + 1n)) / 2n];
/** Whether the first two terms and the last one also fit another kind of sequence: 1 + 4 + ... + 100. */
const fitsAnother = ([first, second]: readonly Q.Rational[], last: Q.Rational): boolean => {
  if (first?.d !== 1n || second?.d !== 1n || last.d !== 1n || second.n - first.n === 1n || last.n > 10n ** 12n)
    return false;
  return OTHERS.some((term, kind) => {
    const start = [1n, 2n, 3n, 4n, 5n].find((k) => term(k) === first.n && term(k + 1n) === second.n);
    if (start === undefined) return false;
    if (kind === 0) return isSquare(last.n);
    // 1 + 3 + ... always means odd numbers.
    return kind === 1 && Math.round(Math.cbrt(Number(last.n))) ** 3 === Number(last.n);
  });
};

/** `1^2 + 2^2 + ... + 10^2`: when terms are powers, their bases form the sequence. */
const powers = (terms: readonly Expression[], last: Expression): Expression | null => {
  const all = [...terms, last].flatMap((term) =>
    term.kind === "operation" && term.sign === "^" && term.right.kind === "number" ? [term] : [],
  );
  const bases = all.map(({ left }) => rationalOf(left)).filter((value) => value !== null);
  const [first] = all;
  if (first === undefined || bases.length <= terms.length) return null;
  if (
    all.some(({ right }) => right.kind !== "number" || first.right.kind !== "number" || right.text !== first.right.text)
  )
    return null;
  const [end, start] = [bases.at(-1), bases[0]];
  const step = constant(bases.slice(0, -1), (a, b) => Q.add(b, Q.negate(a)));
  const sum = step && step.n !== 0n && start && end ? arithmetic(start, step, end) : null;
  if (sum?.kind !== "call") return null;
  const [of, ...rest] = sum.args;
  return of === undefined ? null : call("sum", operation("^", of, first.right), ...rest);
};

/**
 * Returns the sum that `1 + 2 + ... + 100` stands for: its terms have a constant difference or ratio. Null when the
 * terms are ambiguous: 2 + 4 + ... + 64 may be even numbers or powers of two. Without a last term it must be a
 * convergent geometric series of at least three terms.
 */
export const seriesOf = (terms: readonly Expression[], last: Expression | null): Expression | null => {
  const raised = last !== null && terms.length > 1 ? powers(terms, last) : null;
  if (raised !== null) return raised;
  const values = terms.map(rationalOf).filter((value) => value !== null);
  const end = last === null ? null : rationalOf(last);
  const [first] = values;
  if (values.length < terms.length || values.length < 2 || first === undefined || (last !== null && end === null))
    return null;
  const step = constant(values, (a, b) => Q.add(b, Q.negate(a)));
  const ratio = constant(values, (a, b) => (a.n === 0n ? null : Q.divide(b, a)));
  if (end === null)
    return values.length >= 3 && ratio !== null && ratio.n !== 0n ? geometric(first, ratio, null) : null;
  const counted = step !== null && step.n !== 0n ? arithmetic(first, step, end) : null;
  const grown = ratio !== null && ratio.n !== 0n && !isSame(ratio, Q.ONE) ? geometric(first, ratio, end) : null;
  if (counted !== null && values.length === 2 && fitsAnother(values, end)) return null;
  return counted !== null && grown !== null ? null : (counted ?? grown);
};
