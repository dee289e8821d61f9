import { JsonCounter } from "../wire/json-counter.ts";

/** Open lists and objects. What is nested a hundred thousand times is parsed, and then takes seconds to be written again. */
const MAX_DEPTH = 512;
/** What a parser makes of a megabyte of `{}` takes forty times its size. */
const MAX_VALUES = 100_000;
/** UTF-16 units that can be neither too deep nor many: so short a text is not looked at. */
const SHORT = 2 * MAX_DEPTH;

const encoder = new TextEncoder();

/** Looks at JSON that a model's server sent, before it is parsed: what it holds in all, and how deep it is. */
export class JsonBounds {
  #values = 0;

  /** What is too much about this text, or about all of them together, in words that complete "holds …"; null: nothing is. */
  excess(json: string): string | null {
    if (json.length <= SHORT) return null;
    const counter = new JsonCounter();
    counter.push(encoder.encode(json));
    this.#values += counter.values;
    return excessIn({ deepest: counter.deepest, values: this.#values });
  }
}

export const excessIn = (
  { deepest, values }: Pick<JsonCounter, "deepest" | "values">,
  most = MAX_VALUES,
): string | null => {
  if (deepest > MAX_DEPTH) return `JSON that is nested deeper than ${MAX_DEPTH} levels`;
  return values > most ? `more than ${most} values` : null;
};
