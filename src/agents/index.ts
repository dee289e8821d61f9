import type { ReadUpload } from "../reading/contract.ts";
import type { Retrieval } from "../retrieval/contract.ts";
import type { Tool } from "../tools/contract.ts";
import { askAgent } from "./ask/index.ts";
import type { AnyAgent } from "./contract.ts";
import { solveAgent } from "./solve/index.ts";

export interface AgentParts {
  readonly tools: readonly Tool[];
  readonly retrieval: Retrieval;
  readonly read: ReadUpload;
}

/** Every agent there is, by its name. */
export const agentsFrom = ({ tools }: AgentParts): ReadonlyMap<string, AnyAgent> =>
  new Map([solveAgent(tools), askAgent(tools)].map((agent: AnyAgent) => [agent.name, agent]));
