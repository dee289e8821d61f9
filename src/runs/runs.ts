import type { Agent } from "../agents/contract.ts";
import { RequestError, RunError } from "../domain/error.ts";
import type { Multitask } from "../domain/multitask.ts";
import { hasEnded, type Run, type StoredInput } from "../domain/run.ts";
import { type ThreadKey, threadIdOf, threadKey, userOf } from "../domain/thread.ts";
import { DELETED } from "../journal/hub.ts";
import { type ModelChoice, ModelChoiceError, type Models } from "../models/choice.ts";
import type { Model } from "../models/contract.ts";
import { logTopic, type ReplicaHints, runsTopic, type Topics } from "../replicas/contract.ts";
import type { Claimed } from "../store/log/contract.ts";
import { StoreError } from "../store/store-error.ts";
import type { Allowance } from "./allowance.ts";
import { Arrivals } from "./arrivals.ts";
import type { RunRequest } from "./contract.ts";
import { handOver } from "./hand-over.ts";
import type { Lease } from "./lease.ts";
import { CANCELLED, LiveRun } from "./live-run.ts";
import { begunOrRefused, placementOf } from "./placement.ts";
import { type RunToEndParts, removeFile, runToEnd } from "./run-to-end.ts";
import { storedChoice } from "./stored-choice.ts";
import { ThreadChanges } from "./thread-changes.ts";
import { awaitTurn, type ClaimRequest } from "./turn-queue.ts";
import { Unconfirmed } from "./unconfirmed.ts";
import type { WaitingRuns } from "./waiting-runs.ts";

/** The error that ends the runs and streams that outlast a shutdown. */
export const RESTARTED = new RunError("interrupted", "The service was restarted before the answer was complete.");

export interface RunsParts extends RunToEndParts {
  readonly allowance: Allowance;
  readonly models: Models;
  /** This replica's id. */
  readonly owner: string;
  readonly lease: Pick<Lease, "ensureCurrent">;
  /** Whether a run that has lost its process goes on elsewhere, or after a restart. */
  readonly takesOver: boolean;
  readonly hints: ReplicaHints;
  readonly topics: Topics;
  readonly approvals: WaitingRuns;
}

/** What `begin` returns for the first run of a thread. */
const firstClaim = ({ threadKey, runId }: ClaimRequest): Claimed => ({
  state: "running",
  fence: { threadKey, runId, epoch: 1 },
  lastSeq: 0,
  lastAt: 0,
});

/** What the run's row stores: the same can be asked again, and readers see which model answers. */
const storedInput = ({ input, model: choice, file }: RunRequest, model: Model): StoredInput => ({
  ...input,
  model: model.id,
  ...(choice !== null && { choseModel: true }),
  ...(file !== null && { hadFile: true }),
});

/** Starts runs and ends them. A run belongs to the server: nobody has to wait for it or read it. */
export class Runs {
  #draining = false;
  /** Whether the store was available when the last run began. */
  #isStoreUp = true;

  readonly #unconfirmed: Unconfirmed;
  readonly arrivals = new Arrivals();

  constructor(private readonly parts: RunsParts) {
    const { store, system, registry, logger } = parts;
    this.#unconfirmed = new Unconfirmed({
      store,
      system,
      registry,
      failed: (error) => logger.maintenanceFailed(error),
    });
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  /**
   * Starts a run, or queues it behind the one that its thread is busy with. Resolves once the run is in the store.
   * Throws a RequestError (`draining`, `busy`, `too_many_runs`, `rate_limited`, `credit_exhausted`, `conflict`,
   * `not_found` for a run that it should supersede, or `invalid` for a model that is not available), with nothing
   * written, or the store's error. Unfinished runs that it stops are cancelled, on whichever replica they are.
   * A run that was announced beforehand has its `runId` and begins once: `conflict` when it has begun already.
   */
  async start<State>(agent: Agent<State>, request: RunRequest, traceId: string, runId?: string): Promise<LiveRun> {
    if (this.#draining)
      throw new RequestError("draining", "The service is shutting down. Try again shortly.", { retryAfter: 2 });
    const { registry, system, store, owner, allowance, takesOver, approvals } = this.parts;
    const key = threadKey(request.userId, request.threadId ?? system.id());
    const model = await this.modelFor(request.model, agent.model);
    if (runId !== undefined) await this.#unconfirmed.settle(runId);
    const live = new LiveRun(runId ?? system.id(), key, request.userId, traceId);
    registry.admit(live, await approvals.waitingOf(live));
    const turn = { runId: live.runId, threadKey: key, messageId: system.id(), owner };
    let isCounted = false;
    // A new thread has nothing to wait for, so its run starts before its row is inserted: the model is called while
    // Postgres writes. Not when the store is unavailable, and not when the run was announced beforehand: it may have
    // begun on another replica.
    const placement = placementOf(request, system.now());
    const isNew = request.threadId === null && placement.placement === undefined;
    const isAhead = isNew && runId === undefined && this.#isStoreUp;
    try {
      const unsure = this.parts.lease.ensureCurrent();
      if (unsure !== undefined) await unsure;
      const meter = allowance.isLimited ? await allowance.take(live.userId) : null;
      isCounted = allowance.isLimited;
      if (request.file !== null && takesOver) await store.files.put(turn, request.file);
      const task = { agent, input: request.input, model, file: request.file, meter, earlier: null };
      const row = store.runs.begin({
        ...turn,
        agent: agent.name,
        input: storedInput(request, model),
        traceId,
        ...placement,
        now: system.now(),
        ...(isAhead && { early: () => live.early() }),
      });
      if (isAhead) void runToEnd(live, task, firstClaim(turn), this.parts);
      const outcome = await row;
      this.#isStoreUp = true;
      const begun = await begunOrRefused(outcome, request, store);
      if (begun.state === "queued") {
        this.#stop(key, begun.stopped ?? [], CANCELLED);
        void approvals.answerWith(key);
      }
      live.confirm(begun.state === "running" ? begun.written : undefined);
      if (!isAhead)
        void runToEnd(live, task, begun.state === "running" ? begun : awaitTurn(live, turn, this.parts), this.parts);
      return live;
    } catch (error) {
      if (error instanceof StoreError && error.code === "unavailable") this.#isStoreUp = false;
      if (error instanceof StoreError && !error.isUntried)
        this.#unconfirmed.add({ ...turn, earlyEvents: live.mostEarly });
      live.reject();
      registry.release(live);
      if (request.file !== null) removeFile(turn, store);
      if (isCounted && error instanceof RequestError) await allowance.giveBack(live.userId);
      throw error;
    }
  }

  /**
   * Returns what asks for a failed, cancelled or interrupted run once more, in its turn's place. Throws `conflict` for
   * one that succeeded, is not over, or came with a file, which is not stored. Null: the user has no such run.
   */
  async again(userId: string, runId: string, multitask: Multitask | null): Promise<RunRequest | null> {
    const found = await this.parts.store.runs.request(userId, runId);
    if (found === null) return null;
    const { run, input } = found;
    if (!hasEnded(run.status)) throw new RequestError("conflict", "The run is not over. Cancel it first, or wait.");
    if (run.status === "succeeded") throw new RequestError("conflict", "The run succeeded. Ask the question again.");
    const { model: _, choseModel: __, hadFile, ...stored } = input;
    if (hadFile) throw new RequestError("conflict", "The run came with a file, which is not stored. Send it again.");
    const threadId = threadIdOf(run.threadKey);
    const placement = { multitask, supersedes: runId };
    return { userId, threadId, agent: run.agent, input: stored, model: storedChoice(input), file: null, placement };
  }

  /**
   * Cancels a run; with `wait`, resolves once it has ended. A queued run ends at once, and neither it nor its question
   * is in the log. Idempotent. Null: the user has no such run.
   */
  async cancel(userId: string, runId: string, wait: boolean, signal: AbortSignal): Promise<Run | null> {
    const { store, system } = this.parts;
    const run = await store.runs.requestCancel(userId, runId, { now: system.now(), error: CANCELLED });
    if (run === null) return null;
    this.#stop(run.threadKey, [runId], CANCELLED);
    return wait && !hasEnded(run.status) ? this.#ended(run, signal) : run;
  }

  /**
   * Stops runs of a thread that are stopped in the store, here at once; the replicas of the others are told to look.
   * Some may be over in the store already: whoever waits for them or behind them looks again.
   */
  #stop(key: ThreadKey, runIds: readonly string[], why: RunError): void {
    const { registry, hints, topics, approvals } = this.parts;
    for (const runId of runIds) {
      const live = registry.get(runId);
      if (live === undefined) hints.send("run", runId);
      else live.abort(why);
    }
    // One that waited for a person belongs to nobody now.
    if (runIds.some((runId) => registry.get(runId) === undefined)) approvals.wake();
    if (runIds.length > 0) topics.changed(runsTopic(key));
  }

  /** Returns the run once it has ended, wherever that is, or as it is when `signal` aborts. Null: it is gone. */
  async #ended({ runId, threadKey: key }: Run, signal: AbortSignal): Promise<Run | null> {
    const changes = new ThreadChanges(key, this.parts);
    const aborted = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => aborted.resolve(), { once: true });
    try {
      for (;;) {
        const now = await this.parts.store.runs.get(userOf(key), runId);
        if (now === null || hasEnded(now.status) || signal.aborted) return now;
        await changes.next(aborted.promise);
      }
    } finally {
      changes.end();
    }
  }

  /**
   * Deletes a thread with everything that belongs to it. Its runs stop, here at once, on other replicas as soon as they
   * notice; until then the store refuses what they write. Readers are notified. Returns false when the thread did not
   * exist, or was written to within the last `idleForMs` milliseconds.
   */
  async deleteThread(key: ThreadKey, idleForMs: number | null = null): Promise<boolean> {
    const { store, journal, topics } = this.parts;
    const endReaders = journal.deletion(key);
    const stopped = await store.threads.delete(key, idleForMs);
    if (stopped === null) return false;
    this.#stop(key, stopped, DELETED);
    endReaders();
    topics.changed(logTopic(key));
    return true;
  }

  /**
   * Accepts no more runs and lets those in progress finish. Those left after `timeoutMs` are handed over, or end as
   * `interrupted` where takeovers are off. Returns how many were handed over, when none is left, or after another
   * `graceMs` at the latest.
   */
  async drain(timeoutMs: number, graceMs = 5000): Promise<{ readonly handedOver: number }> {
    const { registry, takesOver } = this.parts;
    this.#draining = true;
    if (await this.#emptied(timeoutMs)) return { handedOver: 0 };
    if (takesOver) return { handedOver: await handOver(this.parts, graceMs) };
    for (const run of registry.all()) run.abort(RESTARTED);
    // Otherwise the store is unavailable, or another replica's turn comes first: the next recovery ends these.
    if (!(await this.#emptied(graceMs))) for (const run of registry.all()) registry.release(run);
    return { handedOver: 0 };
  }

  /**
   * Returns the model that a request chooses, else the agent's (`Agent.model`), else the default one. Throws `invalid`,
   * naming the field, when the request's is not available.
   */
  async modelFor(choice: ModelChoice | null, agentModel: string | null): Promise<Model> {
    try {
      return await this.parts.models.choose(choice, agentModel);
    } catch (error) {
      if (!(error instanceof ModelChoiceError)) throw error;
      const { path, message, remedy } = error;
      if (remedy !== null) this.parts.logger.choiceMissing(remedy);
      throw new RequestError("invalid", `${path.slice(1)} ${message}.`, { details: [{ path, message }] });
    }
  }

  async #emptied(withinMs: number): Promise<boolean> {
    const { registry, system } = this.parts;
    const all = Promise.all(registry.all().map((run) => run.ended)).then(() => true);
    const waited = new AbortController();
    const late = system.sleep(withinMs, waited.signal).then(() => false);
    late.catch(() => {}); // the runs ended first
    const emptied = await Promise.race([all, late]);
    waited.abort();
    return emptied;
  }
}
