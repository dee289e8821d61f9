import type { AnyAgent } from "../agents/contract.ts";
import { askAgent } from "./ask/index.ts";
import { type ChatParts, chatAgent } from "./chat/index.ts";
import { type RagParts, ragAgent } from "./rag/index.ts";
import { solveAgent } from "./solve/index.ts";
import type { SolveParts } from "./solve/parts.ts";
import { tilAgent } from "./til/index.ts";
import type { TilParts } from "./til/parts.ts";

/** The parts of all services together. */
export type ServiceParts = SolveParts & RagParts & ChatParts & TilParts;

/** Every agent that the executable includes, one line each. */
const services: readonly ((parts: ServiceParts) => AnyAgent)[] = [solveAgent, askAgent, ragAgent, chatAgent, tilAgent];

/** The names of these agents, which no other agent can have. */
export const SERVICE_NAMES: readonly string[] = ["solve", "ask", "rag", "chat", "til"];

/** Returns the agents of the five services. */
export const serviceAgents = (parts: ServiceParts): readonly AnyAgent[] => services.map((service) => service(parts));
