import type { AgentDirectory } from "../agents/directory.ts";
import type { Locale } from "../domain/run.ts";
import type { Models } from "../models/choice.ts";
import type { Topics } from "../replicas/contract.ts";
import type { Retrieval } from "../retrieval/contract.ts";
import type { Registry } from "../runs/registry.ts";
import type { Runs } from "../runs/runs.ts";
import type { Tickets } from "../runs/tickets.ts";
import type { WaitingRuns } from "../runs/waiting-runs.ts";
import type { StreamParts } from "../streams/contract.ts";
import type { Toolbox } from "../tools/toolbox.ts";
import type { Readiness } from "./health/readiness.ts";
import type { Idempotency } from "./idempotency/idempotency.ts";

/** What the routes need of the service. */
export interface RouteParts extends StreamParts {
  readonly runs: Runs;
  readonly approvals: WaitingRuns;
  readonly tickets: Tickets;
  readonly idempotency: Idempotency;
  /** The runs of this process. */
  readonly registry: Registry;
  readonly topics: Topics;
  readonly agents: AgentDirectory;
  readonly models: Models;
  /** The tools that agents name. */
  readonly toolbox: Toolbox;
  readonly readiness: Readiness;
  readonly retrieval: Retrieval;
  /** Default language of texts meant for people. */
  readonly locale: Locale;
}
