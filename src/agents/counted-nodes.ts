import type { AgentPlace } from "./logger.ts";

/** How many nodes a log line names: thousands of runs may be under way, in a few nodes or in many. */
const MAX_NODES = 10;

/** Some runs at one node: the run where there is one, else how many there are. */
type CountedNode = Pick<AgentPlace, "agent" | "node"> & ({ readonly run: string } | { readonly runs: number });

/** Returns the nodes that most of the runs are at, those with the most runs first. */
export const countedNodes = (places: readonly AgentPlace[]): readonly CountedNode[] =>
  [...Map.groupBy(places, ({ agent, node }) => JSON.stringify([agent, node])).values()]
    .sort((one, other) => other.length - one.length)
    .slice(0, MAX_NODES)
    .flatMap(([first, ...more]) => {
      if (first === undefined) return [];
      const { agent, node, runId } = first;
      return { agent, node, ...(more.length === 0 ? { run: runId } : { runs: more.length + 1 }) };
    });
