import type { AnyAgent } from "../agents/contract.ts";
import { agentFrom } from "../agents/from-definition.ts";
import type { AgentParts } from "../agents/parts.ts";
import type { AgentDefinition } from "../agents/public.ts";
import { askAgent } from "./ask/index.ts";
import { type ChatParts, chatAgent } from "./chat/index.ts";
import { ragAgent } from "./rag/index.ts";
import { type SolveParts, solveAgent } from "./solve/index.ts";
import { tilAgent } from "./til/index.ts";
import type { TilParts } from "./til/parts.ts";

/** What some of the agents close over: what a module of a user's own would import. */
export type ServiceParts = SolveParts & ChatParts & TilParts;

/** Every agent that the executable includes, by name, one line each. */
const services = {
  solve: solveAgent,
  ask: askAgent,
  rag: ragAgent,
  chat: chatAgent,
  til: tilAgent,
} satisfies Readonly<Record<string, (parts: ServiceParts) => AgentDefinition>>;

/** These answer on their own endpoints alone, in a form that no other wire has. */
const UNLISTED: ReadonlySet<string> = new Set(["til"]);

/** The names of these agents, which no other agent can have. */
export const SERVICE_NAMES: readonly string[] = Object.keys(services);

/** Returns the agents of the five services. */
export const serviceAgents = (parts: ServiceParts, agentParts: AgentParts): readonly AnyAgent[] =>
  Object.entries(services).map(([name, service]) => ({
    ...agentFrom(name, "built-in", service(parts), agentParts),
    isOffered: !UNLISTED.has(name),
  }));
