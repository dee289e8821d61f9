import type { AgentContext, AnyAgent } from "../../src/agents/contract.ts";
import { agentFrom } from "../../src/agents/from-definition.ts";
import { type AgentDefinition, agent, type Context, type Yielded } from "../../src/agents/public.ts";
import type { ModelPart } from "../../src/models/contract.ts";
import { agentContext, modelAnswering, text } from "./agent-context.ts";
import { agentParts } from "./agent-parts.ts";

/** An agent of the user's own. */
export const codeAgent = (definition: AgentDefinition, parts = agentParts()): AnyAgent =>
  agentFrom("mine", "code", definition, parts);

/** The same of one function. */
export const codeRun = (
  run: (context: Context) => AsyncGenerator<Yielded, unknown, void>,
  parts = agentParts(),
): AnyAgent => codeAgent(agent({ run }), parts);

/** What the engine gives its nodes, with a model that says `Hi.` unless it is told otherwise. */
export const codeContext = (
  answers: readonly (readonly ModelPart[])[] = [[text("Hi.")]],
  options: Parameters<typeof agentContext>[1] = {},
): ReturnType<typeof agentContext> & AgentContext => agentContext(modelAnswering(...answers), options);
