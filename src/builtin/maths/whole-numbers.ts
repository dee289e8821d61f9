import type { Expression } from "../../notation/expression.ts";
import * as Q from "../../notation/rational.ts";
import { ToolError } from "../../tools/contract.ts";
import type { Calculated } from "./calculated.ts";
import { exactCall, exactValue } from "./exact.ts";
import { calculatedOf } from "./show.ts";

const MAX_STEPS = 12;
const exactly = (name: string, args: readonly Expression[]): Calculated => {
  const result = exactCall(name, args);
  if (result === null) throw new ToolError(`${name} takes whole numbers.`);
  return calculatedOf(result);
};
const wholes = (args: readonly Expression[]): readonly bigint[] => args.flatMap((arg) => exactValue(arg)?.n ?? []);
const size = (n: bigint): bigint => (n < 0n ? -n : n);

/** Returns the lines of Euclid's algorithm for two numbers: `18 = 1*12 + 6`. */
const euclid = (a: bigint, b: bigint): readonly string[] => {
  const lines: string[] = [];
  const [large, small] = size(a) < size(b) ? [size(b), size(a)] : [size(a), size(b)];
  for (let [x, y] = [large, small]; y !== 0n && lines.length < MAX_STEPS; [x, y] = [y, x % y])
    lines.push(`${x} = ${x / y}*${y} + ${x % y}`);
  return lines;
};

export const gcd = (args: readonly Expression[]): Calculated => {
  const calculated = exactly("gcd", args);
  const values = wholes(args);
  const divisor = BigInt(calculated.result);
  const isCommon = divisor === 0n ? values.every((n) => n === 0n) : values.every((n) => n % divisor === 0n);
  if (!isCommon) throw new ToolError("The divisor could not be verified.");
  const [a, b] = values;
  return { ...calculated, steps: values.length === 2 && a !== undefined && b !== undefined ? euclid(a, b) : [] };
};

export const lcm = (args: readonly Expression[]): Calculated => {
  const calculated = exactly("lcm", args);
  const values = wholes(args);
  const multiple = BigInt(calculated.result);
  if (values.some((n) => (n === 0n ? multiple !== 0n : multiple % n !== 0n)))
    throw new ToolError("The multiple could not be verified.");
  const [a, b] = values;
  if (values.length !== 2 || a === undefined || b === undefined || a * b === 0n) return calculated;
  const divisor = Q.bigGcd(a, b);
  return { ...calculated, steps: [...euclid(a, b), `${size(a)}*${size(b)}/${divisor} = ${multiple}`] };
};

export const mod = (args: readonly Expression[]): Calculated => {
  const calculated = exactly("mod", args);
  const [a, b] = args.map(exactValue);
  if (!a || !b || a.d !== 1n || b.d !== 1n) return calculated;
  const rest = BigInt(calculated.result);
  return { ...calculated, steps: [`${a.n} = ${b.n < 0n ? `(${b.n})` : b.n}*${(a.n - rest) / b.n} + ${rest}`] };
};

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
const MAX_DIGITS = 300;

/** base(digits, from, to): a whole number in another base. Its digits are read in base `from`. */
export const inBase = (args: readonly Expression[]): Calculated => {
  const [of, from, to] = args;
  const bases = [from, to].map((arg) => (arg === undefined ? 10 : Number(exactValue(arg)?.n ?? 0n)));
  const [source = 10, target = 10] = bases;
  const isNegative = of?.kind === "negative";
  const written = of?.kind === "negative" ? of.of : of;
  if (written?.kind !== "number" || !/^\d+$/.test(written.text) || written.text.length > MAX_DIGITS)
    throw new ToolError("base takes a whole number, its base and the new one: base(1010, 2, 10).");
  if (bases.some((base) => base < 2 || base > 36)) throw new ToolError("A base must be a whole number from 2 to 36.");
  const digits = [...written.text].map(Number);
  if (digits.some((digit) => digit >= source))
    throw new ToolError(`${written.text} has a digit that base ${source} does not have.`);
  const value = digits.reduce((sum, digit) => sum * BigInt(source) + BigInt(digit), 0n);
  const text = value.toString(target);
  const back = [...text].reduce((sum, digit) => sum * BigInt(target) + BigInt(DIGITS.indexOf(digit)), 0n);
  if (back !== value) throw new ToolError("The conversion could not be verified.");
  return { result: `${isNegative ? "-" : ""}${text.toUpperCase()}`, steps: stepsOf(digits, value, source, target) };
};

const stepsOf = (digits: readonly number[], value: bigint, source: number, target: number): readonly string[] => {
  const steps: string[] = [];
  if (source !== 10 && digits.length <= MAX_STEPS)
    steps.push(`${digits.map((digit, n) => `${digit}*${source}^${digits.length - 1 - n}`).join(" + ")} = ${value}`);
  if (target !== 10)
    for (let rest = value; rest > 0n && steps.length < MAX_STEPS; rest /= BigInt(target))
      steps.push(`${rest} = ${rest / BigInt(target)}*${target} + ${rest % BigInt(target)}`);
  return steps;
};

/** percent(a, b): a as a percentage of b. */
export const percent = (args: readonly Expression[]): Calculated => {
  const [a, b] = args.map(exactValue);
  if (!a || !b) throw new ToolError("percent takes two numbers: percent(80, 200).");
  if (b.n === 0n) throw new ToolError("percent needs a second number other than 0.");
  const share = Q.divide(a, b);
  const hundredths = Q.multiply(share, Q.rational(100n));
  return {
    ...calculatedOf({
      kind: "operation",
      sign: "/",
      left: { kind: "number", text: `${size(hundredths.n)}` },
      right: { kind: "number", text: `${hundredths.d}` },
    }),
    ...(hundredths.n < 0n ? { result: Q.show(hundredths) } : {}),
    steps: [`${Q.show(a)}/${Q.show(b)} = ${Q.show(share)}`],
  };
};
