import { JsonCounter } from "./json-counter.ts";

/**
 * The most lists and objects that may be open at once in JSON that is stored. From about 7,000 on, Postgres refuses a
 * `jsonb`, and the embedded one never returns. A hundred thousand can be parsed, but take seconds to serialize.
 */
export const MAX_JSON_DEPTH = 512;

const encoder = new TextEncoder();

/** Whether JSON is nested deeper than `MAX_JSON_DEPTH`. */
export const isTooDeep = (json: string): boolean => {
  // What is opened must be closed, so a text this short is not.
  if (json.length <= 2 * MAX_JSON_DEPTH) return false;
  const counter = new JsonCounter();
  counter.push(encoder.encode(json));
  return counter.deepest > MAX_JSON_DEPTH;
};
