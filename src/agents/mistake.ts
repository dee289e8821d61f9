import { isTooDeep, MAX_JSON_DEPTH } from "../wire/json-depth.ts";

/** An agent breaks its contract: it yields, returns or emits what it may not. Ends the run with `internal`. */
export class AgentMistake extends Error {
  override readonly name = "AgentMistake";
}

/** The most of an event, a result or a change of state, in characters of JSON: more would hold up the event loop. */
const MAX_JSON_CHARS = 1024 * 1024;

/** Returns a JSON value as JSON keeps it. Throws an AgentMistake, whose message begins with `what`, for anything else. */
export const jsonValue = (value: unknown, what: string): unknown => {
  const json = jsonOf(value, what);
  if (json.length > MAX_JSON_CHARS) {
    throw new AgentMistake(`${what} is larger than ${MAX_JSON_CHARS / 1024 / 1024} MiB of JSON`);
  }
  if (isTooDeep(json)) throw new AgentMistake(`${what} is nested deeper than ${MAX_JSON_DEPTH} levels`);
  return JSON.parse(json);
};

const jsonOf = (value: unknown, what: string): string => {
  let json: string | undefined;
  let cause: unknown;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    cause = error;
  }
  // Without a cause: a function or a symbol.
  if (json === undefined) throw new AgentMistake(`${what} is not JSON, but ${kindOf(value)}`, { cause });
  return json;
};

/** Names the type of a value, and nothing of its content. */
export const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  const type = typeof value;
  return type === "object" ? "an object" : `a ${type}`;
};
