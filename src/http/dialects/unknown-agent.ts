import type { AgentDirectory } from "../../agents/directory.ts";
import { RequestError } from "../../domain/error.ts";

/** The refusal of a request that names an agent that there is not. It lists those that there are. */
export const unknownAgent = (agents: AgentDirectory): RequestError => {
  const names = agents.offered().map(({ name }) => name);
  return new RequestError("not_found", `There is no such agent. There are: ${names.join(", ")}.`);
};
