import { kindOf } from "./mistake.ts";

/** How a function was written, as far as the language shows. */
type FunctionForm = "plain" | "async" | "generator" | "async generator";

/** By what `Object.prototype.toString` says (ECMA-262, the `@@toStringTag` of each kind's prototype). */
const FORMS: Readonly<Record<string, FunctionForm>> = {
  "[object AsyncFunction]": "async",
  "[object GeneratorFunction]": "generator",
  "[object AsyncGeneratorFunction]": "async generator",
};

const formOf = (value: unknown): FunctionForm => FORMS[Object.prototype.toString.call(value)] ?? "plain";

/** Returns why a value is no function of one of these forms. Null when it is. */
const formMistake = (value: unknown, allowed: readonly FunctionForm[], remedy: string): string | null => {
  if (typeof value !== "function") return `must be a function, not ${kindOf(value)}`;
  const form = formOf(value);
  return allowed.includes(form) ? null : `must not be ${form.startsWith("a") ? "an" : "a"} ${form} function: ${remedy}`;
};

/**
 * A `run`. A plain function may return a generator that another one makes, so what it returns is known only when it is
 * called; an `async` one returns a promise and one with `*` alone cannot wait.
 */
export const runMistake = (value: unknown): string | null =>
  formMistake(value, ["plain", "async generator"], "write it as async *run(context) { … }");

/** A function whose result is used at once, so that a promise or a generator would be taken for the result. */
export const plainMistake = (value: unknown): string | null =>
  formMistake(value, ["plain"], "it must return its result at once");

/** A function that may return a promise, and yields nothing. */
export const settledMistake = (value: unknown): string | null =>
  formMistake(value, ["plain", "async"], "it must return its result, and report progress with emit");
