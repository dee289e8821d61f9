import { type Agent, type AgentContext, type AnyAgent, PLAIN_AGENT, type Producer } from "../../src/agents/contract.ts";
import type { EventBody, LogEvent } from "../../src/domain/event.ts";
import { isTerminal } from "../../src/domain/event.ts";
import type { Rate } from "../../src/domain/rate.ts";
import { realSystem, type System } from "../../src/domain/system.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import { Journal } from "../../src/journal/journal.ts";
import { openLogger, serviceLogger } from "../../src/logger.ts";
import type { Model } from "../../src/models/contract.ts";
import type { ReplicaHints } from "../../src/replicas/contract.ts";
import { NOBODY, WatchedTopics } from "../../src/replicas/topics.ts";
import { Allowance } from "../../src/runs/allowance.ts";
import type { RunRequest } from "../../src/runs/contract.ts";
import { Lease } from "../../src/runs/lease.ts";
import type { LiveRun } from "../../src/runs/live-run.ts";
import type { RunLogger } from "../../src/runs/logger.ts";
import { Maintenance } from "../../src/runs/maintenance.ts";
import { Recovery } from "../../src/runs/orphan-recovery.ts";
import { Registry } from "../../src/runs/registry.ts";
import { Resumer } from "../../src/runs/resume.ts";
import { RunTimeouts } from "../../src/runs/run-timeouts.ts";
import { Runs } from "../../src/runs/runs.ts";
import { WaitingRuns } from "../../src/runs/waiting-runs.ts";
import type { Store } from "../../src/store/contract.ts";
import { pgliteStore } from "../../src/store/drivers/pglite.ts";
import type { Tool } from "../../src/tools/contract.ts";
import { fixedTools, Toolbox } from "../../src/tools/toolbox.ts";
import { fixedModels } from "./fixed-models.ts";
import { followed } from "./followed.ts";
import { scriptedModel } from "./scripted-model.ts";

let shared: Promise<Store> | undefined;
/** An embedded database in memory, shared by all suites of this process; each uses its own threads. */
export const sharedStore = (): Promise<Store> =>
  (shared ??= pgliteStore({ dataDir: null, system: realSystem }).then(async (store) => {
    await store.migrate();
    return store;
  }));

/** Runs, journal, lease and maintenance without HTTP. */
export interface Harness {
  readonly store: Store;
  readonly approvals: WaitingRuns;
  /** This replica's id. */
  readonly owner: string;
  readonly journal: Journal;
  readonly registry: Registry;
  readonly runs: Runs;
  readonly lease: Lease;
  readonly recovery: Recovery;
  readonly maintenance: Maintenance;
  /** Starts a run and reads it to its terminal event. */
  readonly start: (agent: Agent<unknown>, request?: Partial<RequestOptions>) => Promise<Started>;
}

interface RequestOptions {
  readonly userId: string;
  /** Null: a new thread, whose id the service chooses. */
  readonly threadId: string | null;
  readonly message: string;
  readonly streamTokens: boolean;
  readonly file: RunRequest["file"];
  readonly options: RunRequest["input"]["options"];
}

interface Started {
  readonly live: LiveRun;
  /** All events of the run, once the terminal one has arrived. Empty: the run never started. */
  readonly events: Promise<readonly LogEvent[]>;
}

export const harness = async (
  options: {
    readonly store?: Store;
    readonly owner?: string;
    readonly system?: System;
    readonly model?: Model;
    readonly maxRuns?: number;
    readonly maxRunsPerUser?: number;
    readonly storeWaitMs?: number;
    /** Defaults to an hour: no test takes that long, even with a hasty system. */
    readonly runTimeoutMs?: number;
    readonly ratePerUser?: Rate;
    readonly tokensPerUser?: Rate;
    readonly historyTokens?: number;
    readonly tools?: readonly Tool[];
    readonly isAlone?: boolean;
    readonly leaseTtlMs?: number;
    /** The agents whose runs it takes over. Defaults to none: all orphans end as interrupted. */
    readonly agents?: readonly AnyAgent[];
    readonly takesOver?: boolean;
    readonly maxAttempts?: number;
    readonly approvalTimeoutMs?: number;
    /** Defaults to none: the replica neither sends nor hears any. */
    readonly hints?: ReplicaHints;
    /** Receives the log calls; by default nothing does. */
    readonly logger?: Partial<RunLogger>;
  } = {},
): Promise<Harness> => {
  const { system = realSystem, owner = `house ${realSystem.id()}`, storeWaitMs = 5_000, isAlone = false } = options;
  const store = options.store ?? (await sharedStore());
  const logger = serviceLogger(openLogger("silent"));
  const topics = new WatchedTopics(system, NOBODY);
  const journal = new Journal({ store, system, topics, logger: logger.journal, storeWaitMs });
  const registry = new Registry({ maxRuns: options.maxRuns ?? 100, maxRunsPerUser: options.maxRunsPerUser ?? 100 });
  const model = options.model ?? scriptedModel();
  const replica = { id: owner, name: "house" };
  const lease = new Lease({ store, system, replica, ttlMs: options.leaseTtlMs ?? 60_000, logger: logger.runs });
  const approvals = new WaitingRuns({
    ...{ store, system, hints: NOBODY, topics, logger: logger.runs },
    approvalTimeoutMs: options.approvalTimeoutMs ?? 3_600_000,
  });
  const parts = {
    approvals,
    store,
    journal,
    registry,
    allowance: new Allowance({
      usage: store.usage,
      ratePerUser: options.ratePerUser ?? null,
      tokensPerUser: options.tokensPerUser ?? null,
      logger: logger.runs,
    }),
    system,
    hints: options.hints ?? NOBODY,
    topics,
    owner,
    lease,
    freed: () => recovery.freed(),
    logger: { ...logger.runs, ...options.logger },
    models: fixedModels(model),
    takesOver: options.takesOver ?? true,
    runTimeoutMs: options.runTimeoutMs ?? 3_600_000,
    timeouts: new RunTimeouts(system),
    historyTokens: options.historyTokens ?? 8_000,
    toolbox: new Toolbox([fixedTools(options.tools ?? [])]),
  };
  const runs = new Runs(parts);
  const { agents = [], maxAttempts = 3 } = options;
  const byName = { get: (name: string) => agents.find((agent) => agent.name === name) };
  const resumer = new Resumer({ ...parts, agents: byName, maxAttempts });
  const recovery = new Recovery({ ...parts, resumer, isAlone, isDraining: () => runs.isDraining });
  approvals.recover = () => recovery.tick();
  return {
    store,
    approvals,
    owner,
    journal,
    registry,
    runs,
    lease,
    recovery,
    maintenance: new Maintenance({ ...parts, recovery }),
    start: async (agent, request = {}) => {
      const { userId = "u", threadId = system.id(), message = "hi", streamTokens = true, options = {} } = request;
      const input: RunRequest["input"] = { message, images: [], streamTokens, locale: "en", options };
      const { file = null } = request;
      const live = await runs.start(agent, { userId, threadId, input, agent: null, model: null, file }, "trace");
      return { live, events: live.started.then((from) => (from === null ? [] : readRun(journal, live, from))) };
    },
  };
};

const readRun = async (journal: Journal, { threadKey, runId }: LiveRun, from: number): Promise<readonly LogEvent[]> => {
  const events: LogEvent[] = [];
  for await (const batch of followed(journal, threadKey, from, 60_000)) {
    for (const event of batch) {
      if (event.runId !== runId) continue;
      events.push(event);
      if (isTerminal(event.type)) return events;
    }
  }
  return events;
};

/** Returns all events of a thread's log. */
export const logOf = (store: Store, key: ThreadKey): Promise<readonly LogEvent[]> => store.events.read(key, 0, 10_000);

export const answerIn = (events: readonly LogEvent[]): string =>
  events.flatMap(({ type, json }) => (type === "token" ? [JSON.parse(json).delta as string] : [])).join("");

/** Returns the payload of a run's terminal event. */
export const endOf = (events: readonly LogEvent[]): unknown => JSON.parse(events.at(-1)?.json ?? "null");

/** An agent with one node, which the test supplies. */
export const agentOf = (
  run: (context: AgentContext) => AsyncGenerator<EventBody | Producer, Record<string, unknown>, void>,
): Agent<unknown> => ({
  ...PLAIN_AGENT,
  name: "stub",
  title: ({ message }) => message,
  begin: () => ({}),
  start: "node",
  nodes: [{ name: "node", stage: "stage", message: () => "doing", run: (context) => run(context), next: () => null }],
  result: () => undefined,
  timeoutMs: null,
});
