import type { Tool } from "./contract.ts";
import { type Offer, offered } from "./offered.ts";

/** Tools by the names that files use: `calculate`, or `orders/get_order` for a tool of the MCP server `orders`. */
export interface ToolSource {
  /** The tools of this moment: an MCP server may change its own at any time. The same map until one does. */
  tools(): ReadonlyMap<string, Tool>;
}

/** A source whose tools never change. */
export const fixedTools = (tools: readonly Tool[]): ToolSource => {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  return { tools: () => byName };
};

/** What an agent says about its tools. */
interface ToolUser {
  /** Names or globs, as `select` reads them. */
  readonly toolNames: readonly string[];
  readonly ownTools: readonly Tool[];
}

/** All tools that agents may be given. */
export class Toolbox {
  /** What each agent was offered last, and of which tools. */
  readonly #offers = new WeakMap<
    ToolUser,
    { readonly of: readonly ReadonlyMap<string, Tool>[]; readonly offer: Offer }
  >();

  constructor(private readonly sources: readonly ToolSource[]) {}

  /** Returns what an agent's model is offered, its own tools first. The same list for all runs, until a tool changes. */
  offerTo(agent: ToolUser): Offer {
    const of = this.sources.map((source) => source.tools());
    const known = this.#offers.get(agent);
    if (known?.of.every((tools, at) => tools === of[at])) return known.offer;
    const offer = offered([...agent.ownTools, ...this.select(agent.toolNames)]);
    this.#offers.set(agent, { of, offer });
    return offer;
  }

  /** Returns the tools that one of these names or globs selects, each once. `*` stands for any part of a name. */
  select(patterns: readonly string[]): readonly Tool[] {
    const tests = patterns.map(globTest);
    const selected = new Set<Tool>();
    for (const source of this.sources) {
      for (const [name, tool] of source.tools()) if (tests.some((test) => test(name))) selected.add(tool);
    }
    return [...selected];
  }

  /** Returns whether a tool, by the name that models have for it, is one that these names or globs select. */
  selects(patterns: readonly string[]): (tool: string) => boolean {
    if (patterns.length === 0) return () => false;
    const names = new Set(this.select(patterns).map(({ name }) => name));
    const tests = patterns.map(globTest);
    // A tool of an agent's own is in no source.
    return (tool) => names.has(tool) || tests.some((test) => test(tool));
  }

  names(): readonly string[] {
    return this.sources.flatMap((source) => [...source.tools().keys()]);
  }
}

/** Returns whether a name is the pattern, in which `*` stands for any part of a name. */
export const globTest = (pattern: string): ((name: string) => boolean) => {
  if (!pattern.includes("*")) return (name) => name === pattern;
  const parts = pattern.split("*");
  const [first = "", ...others] = parts;
  const last = others.pop() ?? "";
  return (name) => {
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
    let at = first.length;
    for (const part of others) {
      const found = name.indexOf(part, at);
      if (found < 0 || found + part.length > name.length - last.length) return false;
      at = found + part.length;
    }
    return true;
  };
};
