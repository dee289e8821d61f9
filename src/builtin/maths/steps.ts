import mathsteps from "mathsteps";
import { withExplicitProducts } from "../../notation/explicit.ts";
import type { Equation } from "../../notation/expression.ts";
import { pretty } from "../../notation/pretty.ts";
import { type Rational, rational, show, ZERO } from "../../notation/rational.ts";
import { asFraction, degree } from "./polynomial.ts";
import { difference } from "./residual.ts";
import type { Solved } from "./solution.ts";

const MAX_STEPS = 12;

/**
 * Returns the steps of solving one linear or quadratic equation in one unknown by hand, as `before -> after`. Empty for
 * any other.
 */
export const stepsOf = (text: string, equation: Equation, name: string, { solutions }: Solved): readonly string[] => {
  const fraction = asFraction(difference(equation), name);
  if (fraction === null || degree(fraction.bottom) !== 0 || solutions.length === 0) return [];
  const asPlain = /[\\{}$]/u.test(text) ? `${pretty(equation.left)} = ${pretty(equation.right)}` : text;
  const given = tidy(asPlain.includes("=") ? asPlain : `${asPlain} = 0`);
  const answers = solutions.map((solution) => solution[name]?.exact ?? "");
  if (degree(fraction.top) === 1) return linear(given, name, answers[0] ?? "");
  return degree(fraction.top) === 2 ? quadratic(given, fraction.top, name, answers) : [];
};

/** These are mathsteps' own steps. It is sometimes wrong, so its last line must equal the solution found without it. */
const linear = (given: string, name: string, answer: string): readonly string[] => {
  try {
    const steps = mathsteps
      .solveEquation(given)
      .map(({ oldEquation, newEquation }) => `${tidy(oldEquation.ascii())} -> ${tidy(newEquation.ascii())}`);
    return steps.at(-1)?.endsWith(` -> ${name} = ${answer}`) ? steps.slice(-MAX_STEPS) : [];
  } catch {
    return [];
  }
};
const tidy = (equation: string): string => equation.split("=").map(withExplicitProducts).join(" = ");

/** Standard form, then factors or the quadratic formula. */
const quadratic = (
  given: string,
  [c = ZERO, b = ZERO, a = ZERO]: readonly Rational[],
  name: string,
  answers: readonly string[],
): readonly string[] => {
  const term = ({ n, d }: Rational, power: string): string => {
    if (n === 0n) return "";
    const size = show({ n: n < 0n ? -n : n, d });
    const text = power === "" ? size : size === "1" ? power : `${size}*${power}`;
    return `${n < 0n ? " - " : " + "}${text}`;
  };
  const standard = `${`${term(a, `${name}^2`)}${term(b, name)}${term(c, "")}`.replace(/^ \+ /u, "").replace(/^ - /u, "-")} = 0`;
  const asWritten = withExplicitProducts(given) === withExplicitProducts(standard);
  const answer = `${name} = ${answers.join(` or ${name} = `)}`;
  const discriminant = show(asDiscriminant(a, b, c));
  const middle = answers.every((text) => /^-?[\d/]+$/u.test(text))
    ? `${answers.length === 1 ? `(${factor(name, answers[0])})^2` : answers.map((text) => `(${factor(name, text)})`).join("*")} = 0`
    : `${name} = (${show({ n: -b.n, d: b.d })} ± sqrt(${discriminant}))/(2*${a.n < 0n || a.d !== 1n ? `(${show(a)})` : show(a)})`;
  const lines = [...(asWritten ? [] : [given]), standard, middle, answer];
  return lines.slice(1).map((after, n) => `${lines[n]} -> ${after}`);
};

const factor = (name: string, root = "0"): string => {
  if (root === "0") return name;
  return root.startsWith("-") ? `${name} + ${root.slice(1)}` : `${name} - ${root}`;
};

const asDiscriminant = (a: Rational, b: Rational, c: Rational): Rational =>
  rational(b.n * b.n * a.d * c.d - 4n * a.n * c.n * b.d * b.d, b.d * b.d * a.d * c.d);
