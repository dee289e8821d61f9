import { isRecord } from "../../../domain/json.ts";
/**
 * The output of a tool, as far as its shape can be trusted: tools may be third-party code, and a model must not throw.
 */
export interface Solved {
  readonly solutions: readonly Readonly<Record<string, string>>[];
  readonly note: string;
  readonly steps: readonly string[];
  /** The solutions of inequalities: `x < 2 or x > 3`, `all`, `none`. */
  readonly range: string | null;
}

const stepsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((step) => typeof step === "string").slice(0, 20) : [];

const solutionsIn = (value: unknown): Readonly<Record<string, string>>[] =>
  Array.isArray(value)
    ? value
        .filter(isRecord)
        .map((one) => Object.fromEntries(Object.entries(one).map(([name, text]) => [name, String(text)])))
        .filter((one) => Object.keys(one).length > 0)
    : [];

/**
 * Returns the exact solutions, or the approximate ones when there are no exact ones. Null when the output is of another
 * kind.
 */
export const solvedIn = (output: unknown): Solved | null => {
  if (!isRecord(output) || !Array.isArray(output.solutions)) return null;
  const exact = solutionsIn(output.solutions);
  return {
    solutions: exact.length > 0 ? exact : solutionsIn(output.approximate),
    note: typeof output.note === "string" ? output.note : "",
    steps: stepsIn(output.steps),
    range: typeof output.range === "string" ? output.range : null,
  };
};

export interface Calculated {
  readonly result: string;
  readonly decimal: string | null;
  /** The derivation, in signs that need no translation. */
  readonly steps: readonly string[];
}

export const calculatedIn = (output: unknown): Calculated | null => {
  if (!isRecord(output) || typeof output.result !== "string" || output.result === "") return null;
  // Computer algebra that cannot evaluate a call returns the call.
  if (/\b(?:integrate|defint|diff|limit|sum)\(/.test(output.result)) return null;
  const steps = stepsIn(output.steps);
  return { result: output.result, decimal: typeof output.decimal === "string" ? output.decimal : null, steps };
};

export const imageUrlIn = (output: unknown): string | null =>
  isRecord(output) && typeof output.url === "string" ? output.url : null;

/** Returns the tool's own error message. */
export const failureIn = (output: unknown): string => {
  const text = isRecord(output) ? (output.error ?? output.message) : output;
  return typeof text === "string" ? text.slice(0, 300) : "";
};
