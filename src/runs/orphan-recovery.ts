import { AnswerFold, FOLDED, foldAnswer } from "../domain/answer.ts";
import type { RunError } from "../domain/error.ts";
import type { Usage } from "../domain/run.ts";
import type { System } from "../domain/system.ts";
import { estimateTokens } from "../domain/tokens.ts";
import type { Journal } from "../journal/journal.ts";
import type { ReplicaHints } from "../replicas/contract.ts";
import type { Store } from "../store/contract.ts";
import type { Orphans, TakenOver } from "../store/log/contract-takeover.ts";
import { endingOf } from "./ending.ts";
import type { RunLogger } from "./logger.ts";
import { RecurringTask } from "./recurring-task.ts";
import type { Registry } from "./registry.ts";
import type { Resumer } from "./resume.ts";

/** How many orphans are taken over by one call. */
const A_CALL = 200;
/** How many of them are read at a time: their logs are in memory meanwhile. */
const AT_A_TIME = 8;
/** How many runs that do not go on are read by one statement, and how many such groups are ended at a time. */
const A_GROUP = 16;
const GROUPS_AT_A_TIME = 2;

interface Failed {
  readonly run: TakenOver;
  readonly failure: RunError;
}

export interface RecoveryParts {
  readonly store: Store;
  readonly journal: Journal;
  readonly system: Pick<System, "id" | "now">;
  readonly registry: Registry;
  readonly resumer: Pick<Resumer, "resume">;
  /** This replica's id. */
  readonly owner: string;
  /** No other process has the store open: every other owner of a run is dead, so expired leases need not be awaited. */
  readonly isAlone: boolean;
  readonly hints: Pick<ReplicaHints, "send">;
  /** A process that shuts down takes no runs. */
  readonly isDraining: () => boolean;
  readonly logger: Pick<RunLogger, "recovered" | "resumed" | "maintenanceFailed" | "recurringFails" | "recurringWorks">;
}

/** Takes over the runs that other processes have left behind, and goes on with them. */
export class Recovery {
  /** Runs that were taken and are not under way yet. The store assigns them to this replica; the registry does not have them. */
  readonly #taken = new Set<string>();
  #current: Promise<unknown> = Promise.resolve();
  /** The tick that begins after the current one. */
  #next: Promise<void> | undefined;

  readonly #recovery: RecurringTask;

  constructor(private readonly parts: RecoveryParts) {
    this.#recovery = new RecurringTask("recovery", parts);
  }

  /**
   * Never throws: what fails is retried at the next tick. Looks at the store after it was called, even when a tick is
   * under way.
   */
  tick(): Promise<void> {
    this.#next ??= this.#current.then(async () => {
      this.#current = this.#next ?? Promise.resolve();
      this.#next = undefined;
      await this.#recovery.attempt(() => this.#takeAll(this.parts.isAlone ? "foreign" : "lapsed"));
    });
    return this.#next;
  }

  /**
   * A thread is free for the run that is next in its queue, which may be nobody's: another process may have died, or
   * shut down, while it waited. Only then is it an orphan that can be taken.
   */
  freed(): void {
    if (this.parts.isDraining()) this.parts.hints.send("orphans", null);
    else void this.tick();
  }

  /** Goes on with runs that the store assigns to this replica and that nothing here executes. Throws the store's error. */
  async takeBack(runIds: readonly string[]): Promise<void> {
    const unknown = runIds.filter((runId) => !this.#taken.has(runId));
    if (unknown.length > 0) await this.#takeAll(unknown);
  }

  /** Takes orphans until there are none, or until this replica has no room: the others are left for those that have. */
  async #takeAll(orphans: Orphans): Promise<void> {
    const { store, system, owner, registry, isDraining } = this.parts;
    for (;;) {
      const limit = typeof orphans === "string" ? Math.min(A_CALL, registry.room - this.#taken.size) : A_CALL;
      if (limit <= 0 || isDraining()) return;
      const messageId = () => system.id();
      const taken = await store.runs.takeover({ orphans, owner, limit, messageId, now: system.now() });
      if (taken.length === 0) return;
      await this.#goOnAll(taken);
      if (typeof orphans !== "string") return;
    }
  }

  async #goOnAll(taken: readonly TakenOver[]): Promise<void> {
    for (const { fence } of taken) this.#taken.add(fence.runId);
    const failed: Failed[] = [];
    await inLanes(AT_A_TIME, taken, async (run) => {
      const failure = await this.#goOn(run);
      if (failure !== null) failed.push({ run, failure });
    });
    const groups = Array.from({ length: Math.ceil(failed.length / A_GROUP) }, (_, at) =>
      failed.slice(at * A_GROUP, (at + 1) * A_GROUP),
    );
    await inLanes(GROUPS_AT_A_TIME, groups, (group) => this.#endAll(group));
  }

  /** Returns the error that the run must end with. Null: it goes on, or maintenance finds it again. */
  async #goOn(run: TakenOver): Promise<RunError | null> {
    const { resumer, logger, store, owner, isDraining } = this.parts;
    const { runId } = run.fence;
    let failure: RunError | null = null;
    try {
      // The process has begun to shut down since it took the run.
      if (isDraining()) await store.runs.release(owner, [run.fence], "handover");
      else {
        failure = await resumer.resume(run);
        if (failure === null) logger.resumed(run.fence, run);
      }
    } catch (error) {
      logger.maintenanceFailed(error);
    }
    if (failure === null) this.#taken.delete(runId);
    return failure;
  }

  /** Ends runs that do not go on. What they had emitted stays in their threads. */
  async #endAll(group: readonly Failed[]): Promise<void> {
    const { store, logger } = this.parts;
    try {
      const fences = group.map(({ run }) => run.fence);
      const [events, usages] = await Promise.all([store.events.ofRuns(fences, FOLDED), store.runs.usages(fences)]);
      const answers = group.map((_, at) => foldAnswer(events[at] ?? []));
      await Promise.all(
        group.map((failed, at) => {
          const answer = answers[at] ?? new AnswerFold();
          return this.#end(failed, answer, usageAfter(usages[at] ?? null, answer));
        }),
      );
    } catch (error) {
      logger.maintenanceFailed(error);
    } finally {
      for (const { run } of group) this.#taken.delete(run.fence.runId);
    }
  }

  async #end({ run, failure }: Failed, fold: AnswerFold, usage: Usage): Promise<void> {
    const { journal, system, logger } = this.parts;
    const { fence, lastSeq, lastAt } = run;
    try {
      const writer = journal.open(fence, lastSeq, () => {}, { fold, lastAt });
      const ending = endingOf(failure, { messageId: system.id(), usage, now: system.now() });
      if ((await writer.close(ending, ending)) === "persisted") logger.recovered(fence, failure);
    } catch (error) {
      logger.maintenanceFailed(error);
    }
  }
}

/** What was counted last, and at least what the text amounts to: the last count may have died with its process. */
const usageAfter = (counted: Usage | null, { content }: AnswerFold): Usage => ({
  inputTokens: 0,
  ...counted,
  outputTokens: Math.max(counted?.outputTokens ?? 0, estimateTokens(content)),
  isEstimated: true,
});

/** Does the work for each item, so many at a time. */
const inLanes = async <T>(lanes: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
};
