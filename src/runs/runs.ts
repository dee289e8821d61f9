import type { Agent } from "../agents/contract.ts";
import { RequestError, RunError } from "../domain/error.ts";
import { hasEnded, type Run, type RunInput } from "../domain/run.ts";
import { threadKey } from "../domain/thread.ts";
import type { Claimed } from "../store/contract.ts";
import { type ExecuteParts, execute } from "./execute.ts";
import { LiveRun } from "./live.ts";
import type { Registry } from "./registry.ts";

/** How many turns may wait in a thread behind the running one; the next is refused with 409. */
export const MAX_QUEUED = 8;
/** How long a run stays its process's without a renewal. */
export const LEASE_MS = 15_000;
/** A turn that waits for one on another replica looks this often whether that has ended. */
const TURN_POLL_MS = 500;

/** What a dialect makes of a request. */
export interface RunRequest {
  readonly userId: string;
  /** Null: a new thread. */
  readonly threadId: string | null;
  readonly input: RunInput;
}

export interface RunsParts extends ExecuteParts {
  readonly registry: Registry;
  /** This process among all that share the store. */
  readonly owner: string;
}

/** Starts runs and ends them. A run belongs to the server: nobody has to wait for it, or watch it. */
export class Runs {
  #draining = false;

  constructor(private readonly parts: RunsParts) {}

  get isDraining(): boolean {
    return this.#draining;
  }

  /**
   * Starts a run, or queues it behind the one that its thread is busy with. Resolves once the run is in the store.
   * Throws a RequestError (`draining`, `busy`, `too_many_runs`, `conflict`), with nothing written, or the store's error.
   */
  async start<State>(agent: Agent<State>, request: RunRequest, traceId: string): Promise<LiveRun> {
    if (this.#draining)
      throw new RequestError("draining", "The service is shutting down. Try again shortly.", { retryAfter: 2 });
    const { registry, system, store, owner } = this.parts;
    const key = threadKey(request.userId, request.threadId ?? system.id());
    const live = new LiveRun(system.id(), key, request.userId, traceId);
    registry.admit(live);
    const turn = { runId: live.runId, threadKey: key, messageId: system.id(), owner, leaseMs: LEASE_MS };
    try {
      const begun = await store.runs.begin({
        ...turn,
        agent: agent.name,
        input: request.input,
        traceId,
        maxQueued: MAX_QUEUED,
        now: system.now(),
      });
      if (begun.state === "full") {
        throw new RequestError(
          "conflict",
          `The thread has a turn running and ${MAX_QUEUED} waiting. Try again later.`,
          {
            retryAfter: 5,
          },
        );
      }
      live.isKept = true;
      void this.#carry(live, agent, request.input, begun.state === "running" ? begun : this.#awaitTurn(live, turn));
      return live;
    } catch (error) {
      registry.release(live);
      throw error;
    }
  }

  /**
   * Asks a run to stop; with `wait`, resolves once it has. A run that waits for its turn is cancelled when that comes,
   * since its end has a place in the log. Idempotent. Null: the user has no such run.
   */
  async cancel(userId: string, runId: string, wait: boolean, signal: AbortSignal): Promise<Run | null> {
    const { registry, store, system } = this.parts;
    const run = await store.runs.requestCancel(userId, runId);
    if (run === null) return null;
    const live = registry.get(runId);
    live?.abort(new RunError("cancelled", "The run was cancelled."));
    if (!wait || hasEnded(run.status)) return run;
    for (;;) {
      const aborted = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => aborted.resolve(), { once: true });
      // One that has ended here and not in the store was taken over by another replica.
      const change = live === undefined || live.hasEnded ? system.sleep(TURN_POLL_MS) : live.ended;
      await Promise.race([change, aborted.promise]);
      const now = await store.runs.get(userId, runId);
      if (now === null || hasEnded(now.status) || signal.aborted) return now;
    }
  }

  /**
   * Takes no more runs and lets those under way finish; what is left after `timeoutMs` ends as `interrupted`. Resolves when
   * none is left, or when even that takes longer than `graceMs`.
   */
  async drain(timeoutMs: number, graceMs = 5000): Promise<void> {
    this.#draining = true;
    if (await this.#emptied(timeoutMs)) return;
    for (const run of this.parts.registry.all()) {
      run.abort(new RunError("interrupted", "The service was restarted before the answer was complete."));
    }
    await this.#emptied(graceMs);
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

  async #carry<State>(
    live: LiveRun,
    agent: Agent<State>,
    input: RunInput,
    turn: Claimed | Promise<Claimed | null>,
  ): Promise<void> {
    const { log, registry } = this.parts;
    try {
      const claimed = await turn;
      if (claimed !== null) await execute(live, claimed, agent, input, this.parts);
    } catch (error) {
      // execute does not throw; a claim does when the store goes away. The sweep ends what stays behind.
      log.trouble(live, error);
    } finally {
      registry.release(live);
    }
  }

  /** Null: the run was ended by somebody else, or its thread is gone. */
  async #awaitTurn(
    live: LiveRun,
    turn: { runId: string; threadKey: LiveRun["threadKey"]; messageId: string; owner: string; leaseMs: number },
  ): Promise<Claimed | null> {
    const { registry, store, system } = this.parts;
    for (;;) {
      const next = registry.nextEnd(live.threadKey);
      const claimed = await store.runs.claim({ ...turn, now: system.now() });
      if (claimed !== null) {
        next.forget();
        return claimed;
      }
      const polled = new AbortController();
      const poll = system.sleep(TURN_POLL_MS, polled.signal).then(
        () => true,
        () => false,
      );
      const isPoll = await Promise.race([next.promise.then(() => false), poll]);
      polled.abort();
      next.forget();
      if (!isPoll) continue;
      const run = await store.runs.get(live.userId, live.runId);
      if (run === null || hasEnded(run.status)) return null;
    }
  }
}
