import { EventLoopWatch } from "../../src/agents/event-loop-watch.ts";
import type { AgentParts } from "../../src/agents/parts.ts";
import { realSystem } from "../../src/domain/system.ts";
import { openLogger, serviceLogger } from "../../src/logger.ts";
import { stubRetrieval } from "./stub-retrieval.ts";

const never = (): never => {
  throw new Error("nothing was to be read here");
};

/** What agents reach besides their run: nothing, but for what the test gives. */
export const agentParts = (given: Partial<AgentParts> = {}): AgentParts => {
  const logger = given.logger ?? serviceLogger(openLogger("silent")).agents;
  return {
    retrieval: { ...stubRetrieval(), table: async () => null },
    fetchPage: never,
    read: never,
    logger,
    watch: new EventLoopWatch(realSystem, logger),
    ...given,
  };
};
