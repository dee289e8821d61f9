import type { AnyAgent } from "./contract.ts";

/** The agents of the service by name. A reload replaces them all at once; a run keeps the one that it began with. */
export class AgentDirectory {
  #agents: ReadonlyMap<string, AnyAgent> = new Map();

  /** Throws when two agents have one name. */
  constructor(agents: readonly AnyAgent[]) {
    this.replace(agents);
  }

  /** Replaces all agents. Throws, and changes nothing, when two have one name. */
  replace(agents: readonly AnyAgent[]): void {
    const byName = new Map(agents.map((agent) => [agent.name, agent]));
    const twice = agents.find((agent) => byName.get(agent.name) !== agent);
    if (twice !== undefined) throw new Error(`Two agents have the name ${twice.name}.`);
    this.#agents = byName;
  }

  get(name: string): AnyAgent | undefined {
    return this.#agents.get(name);
  }

  /** The agents that requests may choose, in the order in which they were given. */
  offered(): readonly AnyAgent[] {
    return [...this.#agents.values()].filter(({ isOffered }) => isOffered);
  }
}
