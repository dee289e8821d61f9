import pino, { type Logger } from "pino";
import { countedNodes } from "./agents/counted-nodes.ts";
import type { AgentFilesLogger } from "./agents/files/reload.ts";
import type { AgentLogger, AgentPlace } from "./agents/logger.ts";
import { Redactor } from "./domain/redact.ts";
import type { RunName } from "./domain/run.ts";
import { UnreadableError } from "./domain/unreadable.ts";
import type { HttpLogger } from "./http/index.ts";
import type { JournalLogger } from "./journal/logger.ts";
import { ModelError } from "./models/contract.ts";
import type { ModelLogger } from "./models/logger.ts";
import { providerWords } from "./models/provider-error.ts";
import type { ProcessLogger } from "./processes/contract.ts";
import type { HintLogger } from "./replicas/logger.ts";
import type { RetrievalLogger } from "./retrieval/contract.ts";
import type { LiveRun } from "./runs/live-run.ts";
import type { RunLogger } from "./runs/logger.ts";
import { stateBehind } from "./store/failure.ts";
import { StoreError } from "./store/store-error.ts";
import type { McpLogger } from "./tools/mcp/mcp-servers.ts";
import { MAX_TOOLS } from "./tools/offered.ts";

/** What all modules report to an operator. Never a prompt, an answer or a key above the level `debug`. */
export interface ServiceLogger extends HttpLogger {
  readonly runs: RunLogger;
  readonly journal: JournalLogger;
  readonly hints: HintLogger;
  readonly models: ModelLogger;
  readonly agents: AgentLogger;
  readonly agentFiles: AgentFilesLogger;
  readonly mcp: McpLogger;
  /** Some documents cannot be searched by vectors; `words` give the reason and the remedy. */
  retrievalLimited(words: string): void;
  readonly retrieval: RetrievalLogger;
  readonly processes: ProcessLogger;
  /** The store cannot be written to any more, with the reason; null when it can be again. Called once per change. */
  storeChanged(why: string | null): void;
  /** A check has found that a model cannot be reached, with the error; null when it can be again. Called once per change. */
  modelChanged(model: string, error: Error | null): void;
  /** The service accepts requests from now on. */
  serving(facts: {
    readonly version: string;
    readonly database: string;
    readonly model: string;
    readonly may_ask: string;
  }): void;
  /** No more runs are accepted; `runs` are in progress. */
  draining(runs: number): void;
  stopped(): void;
  streamBroken(runId: string, error: unknown): void;
  /** What became of a request with an idempotency key could not be stored: it may be carried out again. */
  outcomeUnkept(error: unknown): void;
  /** Something was thrown where nothing catches it: in a promise that was left alone, or in a timer. */
  uncaught(error: unknown): void;
}

/**
 * Writes JSON lines to standard error, synchronously: a line that explains a crash must not be lost in a buffer. No
 * line holds a secret, whatever its source and level. Pass a `Redactor` to add secrets later.
 */
export const openLogger = (
  level: string,
  secrets: readonly string[] | Redactor = [],
  write = writeToStderr(),
): Logger => {
  const redactor = secrets instanceof Redactor ? secrets : new Redactor(secrets);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(redactor.redact(line)) },
  );
};

const writeToStderr = (): ((line: string) => void) => {
  const stderr = pino.destination({ dest: 2, sync: true });
  // Its reader may be gone, or its terminal closed. That must not fail the code that logs.
  stderr.on("error", () => {});
  return (line) => void stderr.write(line);
};

/** A failed call is not a defect of this service, so its line has the message and the remedy, and no stack. */
const why = ({ code, message, remedy, cause }: ModelError) => ({
  code,
  ...reason({ message, cause }),
  ...(remedy !== undefined && { remedy }),
});

const reason = ({ message, cause }: Pick<Error, "message" | "cause">) => ({
  reason: message,
  ...(cause instanceof Error && { cause: cause.message }),
});

/** What is known to fail (a model, the store, an upload) has a reason. All else is a defect and has a stack. */
const failed = (error: unknown) => {
  if (error instanceof ModelError) return { ...(error.model !== undefined && { model: error.model }), ...why(error) };
  if (error instanceof UnreadableError) return { reason: error.message };
  // Its cause is a driver's, and may hold SQL.
  if (error instanceof StoreError) return { code: stateBehind(error) ?? error.code, reason: error.message };
  return { err: error };
};

/** The same for what an agent or a tool should have caught: its stack says where. */
const unexpected = (error: unknown) => (error instanceof UnreadableError ? { err: error } : failed(error));

/** A provider's message may quote the prompt or the key. */
const logProviderWords = (logger: Logger, error: unknown): void => {
  const words = providerWords(error);
  if (words !== undefined) logger.debug({ words }, "the provider's error text");
};

const at = ({ agent, node, runId }: AgentPlace) => ({ agent, node, run: runId });

const named = ({ runId, threadKey }: RunName) => ({ run: runId, thread: threadKey });

const about = (run: LiveRun) => ({ ...named(run), trace: run.traceId });

const ofRun = (runId: string | undefined) => (runId === undefined ? {} : { run: runId });

const WAYS: Readonly<Record<Parameters<HintLogger["waySettled"]>[0], string>> = {
  notified: "by the database's notifications",
  polling:
    "by asking the database several times a second: its notifications do not arrive, as behind a pooler in transaction mode",
};

/** Returns whether a value is new to it: for what is logged once, however often it happens. */
const firstOnly = (): ((value: string) => boolean) => {
  const seen = new Set<string>();
  return (value) => seen.size < seen.add(value).size;
};

/** `isFirst` decides over lines that are logged once in the life of the process. */
export const serviceLogger = (logger: Logger, isFirst = firstOnly()): ServiceLogger => ({
  runs: {
    started: (run, agent) => logger.info({ ...about(run), agent }, "run started"),
    ended: (run, { agent, outcome, failure, usage, durationMs }) => {
      const line = {
        ...about(run),
        agent,
        outcome: outcome === "refused" ? "lost" : (failure?.code ?? "succeeded"),
        input_tokens: usage.inputTokens,
        output_tokens: usage.outputTokens,
        duration_ms: durationMs,
      };
      if (failure === null) logger.info(line, "run ended");
      else if (failure.cause === undefined) logger.info({ ...line, reason: failure.message }, "run ended");
      // An unreadable upload needs nothing of the operator, unless an agent did not provide for it.
      else if (failure.cause instanceof UnreadableError && failure.code !== "internal")
        logger.info({ ...line, ...failed(failure.cause) }, "run ended");
      else logger.error({ ...line, ...unexpected(failure.cause) }, "run ended");
      logProviderWords(logger, failure);
    },
    toolsLeftOut: (agent, count) => {
      if (!isFirst(`tools of ${agent}`)) return;
      logger.warn({ agent, left_out: count, limit: MAX_TOOLS }, "an agent selects more tools than a model accepts");
    },
    choiceMissing: (remedy) => {
      if (isFirst(remedy)) logger.info({ remedy }, "a request chose a model that is not set up, and was refused");
    },
    reachedLength: (run, model) =>
      logger.warn({ ...about(run), model }, "answer cut off by the model's limit of output tokens"),
    // Whatever it threw is a defect of the tool, so that its place is what an operator looks for.
    toolFailed: (run, { agent, tool }, error) =>
      logger.warn({ ...about(run), agent, tool, ...unexpected(error) }, "a tool failed, and the model is told so"),
    trouble: (run, error) => logger.warn({ ...about(run), ...failed(error) }, "run reported a problem"),
    recovered: (run, { code, message }) =>
      logger.warn({ ...named(run), code, reason: message }, "run of a stopped process could not go on"),
    handedOver: (count) => logger.info({ runs: count }, "runs handed over"),
    resumed: (run, { attempt, reason }) =>
      logger.info(
        { ...named(run), attempt, reason },
        reason === "resumed" ? "run that has waited goes on here" : "run of another process goes on here",
      ),
    waiting: (run, calls) => logger.info({ ...named(run), calls }, "run waits for approval"),
    unanswered: (runs) => logger.info({ runs }, "runs that nobody has approved in time are cancelled"),
    recurringFails: (name, error) => logger.warn(failed(error), `${name} failed, retrying`),
    recurringWorks: (name, afterMs) => logger.info({ after_ms: afterMs }, `${name} works again`),
    packed: (events, runs) => logger.debug({ events, runs }, "packed the events of ended runs"),
    folded: (runs, events) => logger.debug({ runs, events }, "folded runs that ended before EVENT_RETENTION"),
    expired: (threads) => logger.info({ threads }, "deleted threads that nothing was written to for THREAD_RETENTION"),
    leaseOver: () => logger.warn("lease expired, other replicas may take this replica's runs"),
    uncounted: (error) => logger.warn(failed(error), "a user's usage could not be counted"),
    maintenanceFailed: (error) => logger.warn(failed(error), "maintenance failed, retrying"),
  },
  journal: {
    ignored: (run, type) =>
      logger.debug({ ...named(run), type }, "ignored an event that was emitted after its run ended"),
    outage: (error, runs) =>
      logger.error({ ...failed(error), runs }, "database unavailable for too long, closing the readers' streams"),
    rewritten: (run, events) => logger.warn({ ...named(run), events }, "database lost events, wrote them again"),
    torn: (run) => logger.error(named(run), "database lost events that no replica has in memory, ending the run"),
    rejected: (run, error) => logger.error({ ...named(run), ...failed(error) }, "database rejected a run's events"),
  },
  hints: {
    waySettled: (way) => logger.info({ way: WAYS[way] }, "how this replica follows runs of others"),
  },
  mcp: {
    serverReady: (server, tools) => logger.info({ server, tools }, "MCP server is ready"),
    serverAway: (server, reason) => logger.warn({ server, reason }, "MCP server is away, trying again"),
    serverPrinted: (server, line) => logger.info({ server, line }, "MCP server printed a line"),
    toolMissing: (server, words) => logger.warn({ server }, `MCP server ${words}`),
    toolLeftOut: (server, tool, reason) => logger.warn({ server, tool, reason }, "a tool cannot be offered"),
  },
  agentFiles: {
    reloaded: (agents) => logger.info({ agents }, "read the agents again"),
    remarked: (remarks) => logger.warn({ remarks }, "agents may have mistakes; they are in use"),
    reloadRefused: (mistakes) =>
      logger.error({ mistakes }, "agents have mistakes, so those that were read before stay in use"),
  },
  processes: {
    workerDied: (worker, exit, delayMs) =>
      logger.error({ worker, ...exit, delay_ms: delayMs }, "a worker died, starting it again"),
  },
  models: {
    retry: ({ model, runId, attempt, delayMs, error }) => {
      logger.warn(
        { ...ofRun(runId), model, attempt, delay_ms: Math.round(delayMs), ...why(error) },
        "model call failed, retrying",
      );
      logProviderWords(logger, error);
    },
    limited: (info) =>
      logger.warn(info, "embedding model accepts fewer or shorter texts, and gets no more from now on"),
    lacking: ({ model, feature, without }) =>
      logger.warn({ model, feature, without }, "model refuses a feature, and is called without it from now on"),
    leftOut: ({ model, feature, without }) =>
      logger.warn(
        { model, feature, without },
        "model refused a call without a reason, and was called without this feature too, once",
      ),
    fallback: ({ model, runId, next, error }) => {
      logger.warn({ ...ofRun(runId), model, next, ...why(error) }, "model call failed, trying the next model");
      logProviderWords(logger, error);
    },
    failed: (error) => {
      logger.warn(failed(error), "model call failed");
      logProviderWords(logger, error);
    },
  },
  modelChanged: (model, error) => {
    if (error === null) logger.info({ model }, "model can be reached again");
    else
      logger.error(
        { model, ...(error instanceof ModelError ? failed(error) : reason(error)) },
        "model cannot be reached",
      );
    logProviderWords(logger, error);
  },
  agents: {
    logged: (level, place, message, data) =>
      logger[level]({ ...at(place), ...(data !== undefined && { data }) }, message),
    isLogged: (level) => logger.isLevelEnabled(level),
    emittedLate: (place) => logger.debug(at(place), "ignored what an agent emitted after its node had ended"),
    blockedLoop: (places, ms) => {
      const [place, ...others] = places;
      const line = place === undefined || others.length > 0 ? { one_of: countedNodes(places) } : at(place);
      logger.warn({ ...line, blocked_ms: Math.round(ms) }, "agent blocked the event loop, and with it all other runs");
    },
  },
  retrieval: {
    notEmbedded: (document, error) =>
      logger.warn(
        { document, ...why(error) },
        "document could not be embedded, and is found by its words alone until yeoul reindex has run",
      ),
  },
  retrievalLimited: (words) => logger.warn({ retrieval: words }, "search by vectors is limited"),
  storeChanged: (why) =>
    why === null
      ? logger.info("database is writable again")
      : logger.error({ reason: why }, "database is not writable"),
  serving: (facts) => logger.info(facts, "serving"),
  draining: (runs) => logger.info({ runs }, "draining"),
  stopped: () => logger.info("stopped"),
  requestFailed: (path, error) => logger.error({ path, ...failed(error) }, "request failed"),
  unusableUser: (where) => logger.warn({ where }, "refused a credential whose user id is not valid"),
  keysAway: (error) =>
    logger.warn(error instanceof Error ? reason(error) : { err: error }, "keys could not be fetched from JWKS_URL"),
  uncaught: (error) => logger.error(failed(error), "uncaught error, the service goes on"),
  outcomeUnkept: (error) => logger.warn(failed(error), "a request's outcome could not be stored under its key"),
  streamBroken: (run, error) => logger.error({ run, ...failed(error) }, "stream broke"),
});
