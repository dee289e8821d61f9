import { EventLoopWatch } from "./agents/event-loop-watch.ts";
import { readPage } from "./agents/pages.ts";
import type { AgentParts } from "./agents/parts.ts";
import { builtin } from "./builtin/index.ts";
import type { Config } from "./config/read-config.ts";
import type { System } from "./domain/system.ts";
import type { Extras } from "./extras.ts";
import type { FetchPage } from "./fetching/contract.ts";
import { fetchPage } from "./fetching/fetch-page.ts";
import { cannotListen } from "./http/cannot-listen.ts";
import { Readiness } from "./http/health/readiness.ts";
import { Idempotency } from "./http/idempotency/idempotency.ts";
import { httpApp } from "./http/index.ts";
import { includedToolNames, includedTools } from "./included-tools.ts";
import { Journal } from "./journal/journal.ts";
import type { ServiceLogger } from "./logger.ts";
import { type Models, openModels as modelsFrom } from "./models/choice.ts";
import type { EmbeddingModel } from "./models/embedding/contract.ts";
import { openEmbedding as embeddingFrom } from "./models/embedding/open.ts";
import { offerAgents, type ReadAgents } from "./own-agents.ts";
import { openReader } from "./reading/reader.ts";
import { openHints } from "./replicas/open.ts";
import { DocumentRetrieval } from "./retrieval/retrieval.ts";
import { RetrievalHealth } from "./retrieval/vector-coverage.ts";
import { Allowance } from "./runs/allowance.ts";
import { every } from "./runs/every.ts";
import { Lease, NO_LEASE, renewalMs } from "./runs/lease.ts";
import { startLogTasks } from "./runs/log-tasks.ts";
import { Maintenance } from "./runs/maintenance.ts";
import { Recovery } from "./runs/orphan-recovery.ts";
import { RecurringTask } from "./runs/recurring-task.ts";
import { Registry } from "./runs/registry.ts";
import { Resumer } from "./runs/resume.ts";
import { RunTimeouts } from "./runs/run-timeouts.ts";
import { Runs } from "./runs/runs.ts";
import { Tickets } from "./runs/tickets.ts";
import { WaitingRuns } from "./runs/waiting-runs.ts";
import { serviceAgents } from "./services/index.ts";
import { stopServing } from "./stop-serving.ts";
import type { Store } from "./store/contract.ts";
import type { Replica } from "./store/log/contract-replicas.ts";
import { Departure } from "./streams/departure.ts";
import { McpServers } from "./tools/mcp/mcp-servers.ts";
import { fixedTools, Toolbox } from "./tools/toolbox.ts";
import { postBySockets } from "./upstream/client.ts";
import { postByFetch } from "./upstream/fetched.ts";
import { defaultWorkers } from "./workers/worker-pool.ts";

/** The folder `builtin` may be deleted: then this is null. */
const extras: Extras | null = builtin;

/** How long runs and readers wait for a store that is away. */
const STORE_WAIT_MS = 15_000;
/** The longest that a cancellation or a thread's deletion takes to reach another replica, should its hint be lost. */
const MAINTENANCE_MS = 1_000;
/** How often it is checked that hints arrive. */
const HINTS_MS = 1_000;
/** The interval between searches for orphans; shorter when leases are renewed more often. */
const RECOVERY_MS = 2_000;
/** A start waits until the orphans that it finds are ended, but no longer than this. */
const RECOVERY_AT_START_MS = 2_000;
/** How often threads that other replicas write are polled while this process reads them. */
const REMOTE_POLL_MS = 200;

/** How often the store is written to when there are no probes. */
const WATCH_MS = 10_000;

/** A connection is closed after this many seconds without traffic; Bun accepts no larger value. */
const IDLE_S = 255;

/** How long a start waits for the MCP servers. */
const TOOLS_AT_START_MS = 5_000;

/** What the process hands in; tests pass others. */
export interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly models: Models;
  /** What documents are searched by, besides their text. */
  readonly embedding: EmbeddingModel;
  readonly system: System;
  readonly logger: ServiceLogger;
  /** This process among all that share the store. */
  readonly replica: Replica;
  /** No other process uses the store: there are no leases, and any other owner of a run is dead. */
  readonly isAlone: boolean;
  /** Other processes of this service listen on the same port. */
  readonly sharesPort?: boolean;
  readonly storeWaitMs?: number;
  /** The operator's own agents, as they were read at the start. Omitted: there are none. */
  readonly ownAgents?: ReadAgents;
  /** How pages are fetched for users. Defaults to fetching from the public web. */
  readonly fetchPage?: FetchPage;
}

export const openModels = (config: Config, system: System, logger: ServiceLogger): Promise<Models> =>
  modelsFrom(config.models, {
    providers: config.providers,
    post: config.isProxied ? postByFetch : postBySockets(),
    system,
    logger: logger.models,
    ...(extras !== null && { builtin: extras.model }),
  });

export const openEmbedding = (config: Config, system: System, logger: ServiceLogger): Promise<EmbeddingModel> =>
  embeddingFrom(config.embedding, { providers: config.providers, system, logger: logger.models });

/** The names of all tools that the executable includes. */
export const toolNames = (): readonly string[] => includedToolNames(extras);

/** A service that listens. */
export interface Service {
  readonly url: string;
  /** How many runs have not ended. */
  readonly running: number;
  /** Reads the operator's own agents again. Runs under way keep theirs. Mistakes change nothing and are logged. */
  reload(): Promise<void>;
  /**
   * Accepts no more runs, lets those under way finish within the drain timeout, ends the rest, then stops listening.
   */
  drain(): Promise<void>;
}

/** Composes the service, ends the runs that a dead process left, and begins to listen. */
export const serve = async (dependencies: Dependencies): Promise<Service> => {
  const { config, store, models, embedding, system, logger, replica, isAlone } = dependencies;
  const storeWaitMs = dependencies.storeWaitMs ?? STORE_WAIT_MS;
  const owner = replica.id;
  const { hints, topics, ...hinting } = openHints({ store, system, owner, logger: logger.hints, isAlone });
  const journal = new Journal({ store, system, topics, logger: logger.journal, storeWaitMs });
  const registry = new Registry(config);
  const { runTimeoutMs, historyTokens, heartbeatMs, locale, identity, corsOrigins, compressStreams } = config;
  const lease = isAlone
    ? NO_LEASE
    : new Lease({ store, system, replica, ttlMs: config.leaseTtlMs, logger: logger.runs });
  const { ratePerUser, tokensPerUser } = config;
  const allowance = new Allowance({ usage: store.usage, ratePerUser, tokensPerUser, logger: logger.runs });
  const workers = config.workerThreads ?? defaultWorkers();
  const documents = { documents: store.documents, embedding, system };
  const reader = openReader({ workers });
  const retrieval = new DocumentRetrieval({ ...documents, ...reader, logger: logger.retrieval });
  const agentParts: AgentParts = {
    retrieval,
    read: reader.read,
    fetchPage: dependencies.fetchPage ?? fetchPage,
    logger: logger.agents,
    watch: new EventLoopWatch(system, logger.agents),
  };
  const tools = includedTools(extras, {
    workers,
    search: (userId, query, signal) => retrieval.search(userId, query, signal),
    readPage: (url, owner) => readPage(url, agentParts, owner),
  });
  const mcp = new McpServers(logger.mcp);
  const waiting = { approvalTimeoutMs: config.approvalTimeoutMs, logger: logger.runs };
  const approvals = new WaitingRuns({ store, system, hints, topics, ...waiting });
  const parts = {
    approvals,
    toolbox: new Toolbox([fixedTools(tools), mcp]),
    store,
    journal,
    hints,
    topics,
    models,
    system,
    registry,
    allowance,
    owner,
    lease,
    freed: () => recovery.freed(),
    takesOver: config.takesOver,
    logger: logger.runs,
    runTimeoutMs,
    timeouts: new RunTimeouts(system),
    historyTokens,
  };
  const departure = new Departure(system, config.reconnectSpreadMs);
  const runs = new Runs(parts);
  const tickets = new Tickets({ ...parts, runs });
  const builtIn = serviceAgents(
    {
      verify: extras?.verify ?? (() => null),
      tables: extras?.tables(workers) ?? null,
      chatTimeoutMs: config.chatTimeoutMs,
      tils: store.tils,
    },
    agentParts,
  );
  const { agents, reload } = offerAgents({
    builtIn,
    own: dependencies.ownAgents ?? null,
    agentParts,
    models,
    mcp,
    logger: logger.agentFiles,
  });
  const resumer = new Resumer({ ...parts, agents, maxAttempts: config.maxAttempts });
  const recovery = new Recovery({ ...parts, resumer, isAlone, isDraining: () => runs.isDraining });
  const maintenance = new Maintenance({ ...parts, recovery });
  approvals.recover = () => recovery.tick();
  hints.on("orphans", () => void recovery.tick());
  const retrievalHealth = new RetrievalHealth(documents);
  const readiness = new Readiness({
    store,
    models,
    retrieval: retrievalHealth,
    system,
    isDraining: () => runs.isDraining,
    toolServers: () => mcp.health(),
    hintTravel: hinting.travel,
    storeChanged: logger.storeChanged,
    modelChanged: logger.modelChanged,
  });
  const http = httpApp(
    {
      store,
      journal,
      runs,
      approvals,
      tickets,
      idempotency: new Idempotency({ ...parts, unkept: logger.outcomeUnkept }),
      registry,
      topics,
      agents,
      models,
      toolbox: parts.toolbox,
      retrieval,
      readiness,
      system,
      heartbeatMs,
      departure,
      locale,
      broken: logger.streamBroken,
    },
    { identity, corsOrigins, compressStreams, logger },
  );

  void hinting.tick();
  await lease.begin();
  // From here on: what recovery takes is this process's, however long the rest of its start takes.
  const renewing = every(renewalMs(config.leaseTtlMs), () => lease.tick());
  const orphans = Promise.all([recovery.tick(), approvals.tick()]);
  await Promise.race([orphans, system.sleep(RECOVERY_AT_START_MS)]);
  // Turns that come at once should have all tools; a server that is slow or away must not keep others waiting.
  await Promise.race([mcp.settled(), system.sleep(TOOLS_AT_START_MS)]);
  const words = await retrievalHealth.look();
  if (words !== "ok") logger.retrievalLimited(words);
  const polling = new RecurringTask("polling for other replicas' events", parts);
  const others = [
    every(MAINTENANCE_MS, () => maintenance.tick()),
    every(Math.min(RECOVERY_MS, renewalMs(config.leaseTtlMs)), () => recovery.tick()),
    every(MAINTENANCE_MS, () => approvals.tick()),
    every(HINTS_MS, () => hinting.tick()),
    every(REMOTE_POLL_MS, () => polling.attempt(() => journal.tick())),
    every(WATCH_MS, () => readiness.watch()),
    ...startLogTasks({ ...parts, runs, eventsMs: config.eventRetentionMs, threadsMs: config.threadRetentionMs }),
  ];
  // A stream sends heartbeats more often than that; otherwise a quiet one must not be closed.
  const idleTimeout = config.heartbeatMs < IDLE_S * 1000 ? IDLE_S : 0;
  // Past its own bound Bun answers 413 with an empty body, so bodies are counted where they are read.
  const maxRequestBodySize = Number.MAX_SAFE_INTEGER;
  try {
    http.listen({
      hostname: config.host,
      port: config.port,
      // Two processes on one port each get some of the requests, without an error.
      reusePort: dependencies.sharesPort === true,
      idleTimeout,
      maxRequestBodySize,
      // In development Bun answers an error with its source and stack.
      development: false,
    });
  } catch (error) {
    throw cannotListen(config, error);
  }
  const { hostname, port } = http.server ?? {};
  return {
    url: `http://${hostname?.includes(":") ? `[${hostname}]` : hostname}:${port}`,
    get running() {
      return registry.size;
    },
    reload,
    drain: async () => {
      const { handedOver } = await runs.drain(config.drainTimeoutMs);
      const isTaken = handedOver > 0 && !isAlone && (await store.replicas.others(owner).catch(() => 0)) > 0;
      await stopServing({ http, journal, departure, system }, isTaken ? config.drainTimeoutMs : 0);
      for (const stop of [...others, renewing]) stop();
      hinting.close();
      await mcp.close();
      await lease.leave();
    },
  };
};
