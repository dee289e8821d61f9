import type { AgentContext, AnyAgent } from "../../src/agents/contract.ts";
import { walk } from "../../src/agents/graph.ts";
import type { EventBody } from "../../src/domain/event.ts";

export interface Walked {
  /** Without progress. */
  readonly events: readonly EventBody[];
  /** What was stored, by node or by node and step. */
  readonly checkpoints: readonly (readonly [place: string, change: unknown])[];
  readonly result: unknown;
}

/** Walks an agent to its end. */
export const walked = async (agent: AnyAgent, context: AgentContext): Promise<Walked> => {
  const events: EventBody[] = [];
  const checkpoints: [string, unknown][] = [];
  const result = await walk(agent, context, {
    emit: (event) => void (event.type === "solve_progress" || events.push(event)),
    checkpoint: (place, change) => void checkpoints.push([place, change]),
  });
  return { events, checkpoints, result };
};
