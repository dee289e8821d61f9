import type { AnyAgent } from "../../src/agents/contract.ts";
import type { AgentParts } from "../../src/agents/parts.ts";
import { type ServiceParts, serviceAgents } from "../../src/services/index.ts";
import { agentParts } from "./agent-parts.ts";

const noTils: ServiceParts["tils"] = { highestDay: async () => 0, tags: async () => [] };

/** One of the built-in agents, with nothing but what the test gives. */
export const serviceAgent = (name: string, given: Partial<ServiceParts & AgentParts> = {}): AnyAgent => {
  const parts = { verify: () => null, tables: null, chatTimeoutMs: 60_000, tils: noTils, ...given };
  const agent = serviceAgents(parts, agentParts(given)).find((candidate) => candidate.name === name);
  if (agent === undefined) throw new Error(`there is no agent ${name}`);
  return agent;
};
