import type { Retrieval } from "../retrieval/contract.ts";
import type { Tool } from "../tools/contract.ts";
import { askAgent } from "./ask/index.ts";
import { type ChatParts, chatAgent } from "./chat/index.ts";
import type { AnyAgent } from "./contract.ts";
import { ragAgent } from "./rag/index.ts";
import { solveAgent } from "./solve/index.ts";
import { tilAgent } from "./til/index.ts";
import type { TilParts } from "./til/parts.ts";

export interface AgentParts extends TilParts, ChatParts {
  readonly tools: readonly Tool[];
  readonly retrieval: Retrieval;
}

/** Every agent there is, by its name. */
export const agentsFrom = ({ tools, retrieval, ...parts }: AgentParts): ReadonlyMap<string, AnyAgent> =>
  new Map(
    [solveAgent(tools), askAgent(tools), ragAgent(retrieval), chatAgent({ retrieval, ...parts }), tilAgent(parts)].map(
      (agent: AnyAgent) => [agent.name, agent],
    ),
  );
