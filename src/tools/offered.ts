import type { Tool } from "./contract.ts";

/** The most tools that a model is offered. Several providers refuse a call with more. */
export const MAX_TOOLS = 128;

export interface Offer {
  readonly tools: readonly Tool[];
  /** How many are past the limit. */
  readonly leftOut: number;
}

/**
 * Returns the tools that a model is offered: of two with one name the first, since providers refuse both, and at most
 * 128.
 */
export const offered = (tools: readonly Tool[]): Offer => {
  const byName = new Map<string, Tool>();
  for (const tool of tools) if (!byName.has(tool.name)) byName.set(tool.name, tool);
  const distinct = [...byName.values()];
  return { tools: distinct.slice(0, MAX_TOOLS), leftOut: Math.max(0, distinct.length - MAX_TOOLS) };
};
