import { JsonCounter } from "../wire/json-counter.ts";
import { MAX_JSON_DEPTH } from "../wire/json-depth.ts";

/** A megabyte of `{}`, parsed, takes forty times its size. Of 128,000 tokens, no model's calls are made of so many. */
const MAX_VALUES = 50_000;
/** In UTF-16 units. A text this short can exceed neither bound, and is not examined. */
const SHORT = 2 * MAX_JSON_DEPTH;

const encoder = new TextEncoder();

/** Checks JSON from a model's server before it is parsed: how many values it holds in all, and how deep it is. */
export class JsonBounds {
  #values = 0;

  /**
   * Returns what exceeds the bounds in this text, or in all texts together, in words that complete "holds …"; null when
   * nothing does.
   */
  excess(json: string): string | null {
    if (json.length <= SHORT) return null;
    const counter = new JsonCounter();
    counter.push(encoder.encode(json));
    this.#values += counter.values;
    return excessIn({ deepest: counter.deepest, values: this.#values });
  }
}

export const excessIn = ({ deepest, values }: Pick<JsonCounter, "deepest" | "values">): string | null => {
  if (deepest > MAX_JSON_DEPTH) return `JSON that is nested deeper than ${MAX_JSON_DEPTH} levels`;
  return values > MAX_VALUES ? `more than ${MAX_VALUES} values` : null;
};
