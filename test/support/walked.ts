import type { AgentContext, AnyAgent } from "../../src/agents/contract.ts";
import { walk } from "../../src/agents/graph.ts";
import type { Earlier } from "../../src/agents/resume/earlier.ts";
import { resumptionOf } from "../../src/agents/resume/resumption.ts";
import type { EventBody } from "../../src/domain/event.ts";

export interface Walked {
  /** Without progress. */
  readonly events: readonly EventBody[];
  /** What was stored, by node or by node and step. */
  readonly checkpoints: readonly (readonly [place: string, change: unknown])[];
  readonly result: unknown;
}

/** Walks an agent to its end, or from where earlier attempts have come. */
export const walked = async (
  agent: AnyAgent,
  context: AgentContext,
  earlier: Partial<Earlier> | null = null,
): Promise<Walked> => {
  const resumption =
    earlier && resumptionOf(agent, context.input, { events: [], checkpoints: [], rounds: [], ...earlier });
  const events: EventBody[] = [];
  const checkpoints: [string, unknown][] = [];
  const sink = {
    emit: (event: EventBody) => void (event.type === "solve_progress" || events.push(event)),
    checkpoint: (place: string, change: unknown) => void checkpoints.push([place, change]),
  };
  const result = await walk(agent, context, sink, resumption);
  return { events, checkpoints, result };
};
