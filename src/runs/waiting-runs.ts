import { RequestError } from "../domain/error.ts";
import type { RunStatus } from "../domain/run.ts";
import type { System } from "../domain/system.ts";
import type { ThreadKey } from "../domain/thread.ts";
import { type ReplicaHints, runsTopic, type Topics } from "../replicas/contract.ts";
import type { Decision, NewApproval } from "../store/approvals/contract.ts";
import type { Store } from "../store/contract.ts";
import type { Fence } from "../store/log/contract-fence.ts";
import { untilReached } from "../store/until-reached.ts";
import { inputMistake } from "../tools/input-check.ts";
import type { LiveRun } from "./live-run.ts";
import type { RunLogger } from "./logger.ts";
import { RecurringTask } from "./recurring-task.ts";

/** What a person is taken to have said when they send the thread another message. */
const NEW_QUESTION = "a new question was asked";

/** How many runs are released by one statement. */
const A_CALL = 200;
/** Every how many ticks it is looked for what a dead process has left undone. */
const TICKS_A_SWEEP = 15;

export interface WaitingRunsParts {
  readonly store: Store;
  readonly system: Pick<System, "sleep">;
  readonly hints: Pick<ReplicaHints, "send">;
  readonly topics: Pick<Topics, "changed">;
  /** How long a run waits for a person. */
  readonly approvalTimeoutMs: number;
  readonly logger: Pick<
    RunLogger,
    "waiting" | "unanswered" | "maintenanceFailed" | "recurringFails" | "recurringWorks"
  >;
}

/** Runs that wait for a person's word: they leave this process, and any process goes on with them. */
export class WaitingRuns {
  /** Looks for runs that nobody has. Set once. */
  recover: (() => Promise<void>) | undefined;
  /** Some run waits, on whichever replica it was. A tick finds out: a start has one before it takes questions. */
  #anyWaits = false;
  #ticks = 0;
  readonly #task: RecurringTask;

  constructor(private readonly parts: WaitingRunsParts & { readonly system: Pick<System, "sleep" | "now"> }) {
    this.#task = new RecurringTask("expiry of approvals", parts);
  }

  /** Stores calls that a run asks about. Retries while the store is away. False: another replica has the run. */
  request(fence: Fence, calls: readonly NewApproval[], signal: AbortSignal): Promise<boolean> {
    const { store, system } = this.parts;
    return untilReached(() => store.approvals.request(fence, calls), system, signal);
  }

  /** A run whose log is stored stops here until these calls are decided. Never throws. */
  async stop(live: LiveRun, fence: Fence, toolCallIds: readonly string[]): Promise<void> {
    const { store, system, approvalTimeoutMs, logger, topics } = this.parts;
    const rest = { timeoutMs: approvalTimeoutMs, rejection: NEW_QUESTION };
    try {
      const outcome = await untilReached(() => store.approvals.wait(fence, toolCallIds, rest), system);
      this.#anyWaits = true;
      if (outcome === "waiting") logger.waiting(live, toolCallIds.length);
      else this.wake();
      topics.changed(runsTopic(live.threadKey));
    } catch (error) {
      // It is still this replica's, as maintenance finds out.
      logger.maintenanceFailed(error);
    }
  }

  /**
   * A person decides on a call. Returns the run's status; null when the user has no such run. Throws `not_found` for a
   * call that was never asked about, `invalid` for an input that its tool does not take, and `conflict` when another
   * decision stands or the run is over.
   */
  async decide(userId: string, runId: string, toolCallId: string, decision: Decision): Promise<RunStatus | null> {
    const { store, topics } = this.parts;
    const run = await store.runs.get(userId, runId);
    if (run === null) return null;
    const found = await store.approvals.get(run, toolCallId);
    const mistake =
      decision.input === null || found?.schema == null ? null : await inputMistake(found.schema, decision.input);
    if (mistake !== null) {
      throw new RequestError("invalid", mistake, { details: [{ path: "/input", message: mistake }] });
    }
    const { state, status, goesOn } = await store.approvals.decide({ run, toolCallId, decision });
    if (state === "unknown") {
      const message = "is no call of this run that waits for approval";
      throw new RequestError("not_found", `tool_call_id ${message}.`, {
        details: [{ path: "/tool_call_id", message }],
      });
    }
    if (state === "over") throw new RequestError("conflict", "The run is over.");
    if (state === "other") throw new RequestError("conflict", "Another decision was made before. It stands.");
    if (goesOn) {
      this.wake();
      topics.changed(runsTopic(run.threadKey));
    }
    return status;
  }

  /** A message has come to a thread: the open calls of its waiting run are rejected, and that run goes on. Never throws. */
  async answerWith(threadKey: ThreadKey): Promise<void> {
    const { store, logger } = this.parts;
    try {
      if (await store.approvals.rejectAll(threadKey, NEW_QUESTION)) this.wake();
    } catch (error) {
      // The next sweep finds it.
      logger.maintenanceFailed(error);
    }
  }

  /** How many runs of the user wait, in other threads. Throws the store's error. */
  async waitingOf({ userId, threadKey }: Pick<LiveRun, "userId" | "threadKey">): Promise<number> {
    return this.#anyWaits ? this.parts.store.approvals.waiting(userId, threadKey) : 0;
  }

  /** There are runs that nobody has, here or on another replica. */
  wake(): void {
    this.parts.hints.send("orphans", null);
    void this.recover?.();
  }

  /** Ends what has waited for too long. Never throws: what fails is retried at the next tick. */
  async tick(): Promise<void> {
    const { store, logger } = this.parts;
    await this.#task.attempt(async () => {
      const expired = await store.approvals.expire(A_CALL);
      if (expired > 0) {
        logger.unanswered(expired);
        this.wake();
      }
      if (this.#ticks++ % TICKS_A_SWEEP !== 0) return;
      this.#anyWaits = await store.approvals.anyWaiting();
      for (const threadKey of await store.approvals.blocking(A_CALL)) await this.answerWith(threadKey);
      await store.approvals.sweep(A_CALL);
    });
  }
}
