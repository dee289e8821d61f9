import type { AgentDefinition, GraphDefinition, RunDefinition } from "./definition.ts";

/** What `agent` has returned. A file's default export is an agent only if it is among them. */
const defined = new WeakSet<object>();

/**
 * Defines an agent: one function `run`, or `start` and `nodes` for a graph. Returns the definition itself; what is
 * wrong with it is reported when it is loaded, all mistakes at once.
 */
export function agent(definition: RunDefinition): RunDefinition;
export function agent<State extends object>(definition: GraphDefinition<State>): GraphDefinition<State>;
export function agent(definition: AgentDefinition): AgentDefinition {
  if (typeof definition !== "object" || definition === null) throw new TypeError("agent() takes an object.");
  defined.add(definition);
  return definition;
}

/** Whether a value comes from `agent`. */
export const isAgentDefinition = (value: unknown): value is AgentDefinition =>
  typeof value === "object" && value !== null && defined.has(value);
