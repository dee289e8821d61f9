import type { FetchPage } from "../fetching/contract.ts";
import type { ReadUpload } from "../reading/contract.ts";
import type { Retrieval } from "../retrieval/contract.ts";
import type { EventLoopWatch } from "./event-loop-watch.ts";
import type { AgentLogger } from "./logger.ts";

/** What agents reach besides their run: the same for all runs of the service. */
export interface AgentParts {
  readonly retrieval: Pick<Retrieval, "search" | "table">;
  readonly fetchPage: FetchPage;
  readonly read: ReadUpload;
  readonly logger: AgentLogger;
  readonly watch: EventLoopWatch;
}
