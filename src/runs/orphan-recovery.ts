import { type AnswerFold, FOLDED, foldAnswer } from "../domain/answer.ts";
import { RunError } from "../domain/error.ts";
import type { System } from "../domain/system.ts";
import { estimateTokens } from "../domain/tokens.ts";
import type { Journal } from "../journal/journal.ts";
import type { Store } from "../store/contract.ts";
import type { Claimed, Orphans } from "../store/log/contract.ts";
import { endingOf } from "./ending.ts";
import type { RunLogger } from "./logger.ts";
import { RecurringTask } from "./recurring-task.ts";

/** How many orphans are taken over by one call. */
const A_CALL = 200;
/**
 * How many orphans are read by one statement, and how many such groups are ended at a time. Their answers are in memory
 * meanwhile.
 */
const A_GROUP = 16;
const GROUPS_AT_A_TIME = 2;

export interface RecoveryParts {
  readonly store: Store;
  readonly journal: Journal;
  readonly system: Pick<System, "id" | "now">;
  /** This replica's id. */
  readonly owner: string;
  /** No other process has the store open: every other owner of a run is dead, so expired leases need not be awaited. */
  readonly isAlone: boolean;
  readonly logger: Pick<RunLogger, "recovered" | "maintenanceFailed" | "recurringFails" | "recurringWorks">;
}

/** Ends the runs that dead processes have left behind. */
export class Recovery {
  /** Runs that are being ended here. The store assigns them to this replica; the registry does not have them. */
  readonly #ending = new Set<string>();
  #underWay: Promise<void> | undefined;

  readonly #recovery: RecurringTask;

  constructor(private readonly parts: RecoveryParts) {
    this.#recovery = new RecurringTask("recovery", parts);
  }

  /** Never throws: what fails is retried at the next tick. Joins a tick that is in progress. */
  tick(): Promise<void> {
    const orphans = this.parts.isAlone ? "foreign" : "lapsed";
    this.#underWay ??= this.#recovery
      .attempt(() => this.#endAll(orphans))
      .then(() => {
        this.#underWay = undefined;
      });
    return this.#underWay;
  }

  /** Ends runs that the store assigns to this replica and that nothing here executes. Throws the store's error. */
  async takeBack(runIds: readonly string[]): Promise<void> {
    const unknown = runIds.filter((runId) => !this.#ending.has(runId));
    if (unknown.length > 0) await this.#endAll(unknown);
  }

  /**
   * Repeats until nothing is left: when a thread's running run has ended, the runs queued behind it can be taken over.
   */
  async #endAll(orphans: Orphans): Promise<void> {
    const { store, system, owner } = this.parts;
    for (;;) {
      const messageId = () => system.id();
      const taken = await store.runs.takeover({ orphans, owner, limit: A_CALL, messageId, now: system.now() });
      if (taken.length === 0) return;
      await this.#end(taken);
      if (typeof orphans !== "string") return;
    }
  }

  async #end(taken: readonly Claimed[]): Promise<void> {
    for (const { fence } of taken) this.#ending.add(fence.runId);
    const groups = Array.from({ length: Math.ceil(taken.length / A_GROUP) }, (_, at) =>
      taken.slice(at * A_GROUP, (at + 1) * A_GROUP),
    ).values();
    const lanes = Array.from({ length: GROUPS_AT_A_TIME }, async () => {
      for (const group of groups) await this.#interruptAll(group);
    });
    await Promise.all(lanes);
  }

  /** Ends the runs as interrupted. What they had emitted stays in their threads. */
  async #interruptAll(group: readonly Claimed[]): Promise<void> {
    const { store, logger } = this.parts;
    try {
      const fences = group.map(({ fence }) => fence);
      const events = await store.events.ofRuns(fences, FOLDED);
      await Promise.all(group.map((claimed, at) => this.#interrupt(claimed, foldAnswer(events[at] ?? []))));
    } catch (error) {
      logger.maintenanceFailed(error);
    } finally {
      for (const { fence } of group) this.#ending.delete(fence.runId);
    }
  }

  async #interrupt({ fence, lastSeq, lastAt }: Claimed, fold: AnswerFold): Promise<void> {
    const { journal, system, logger } = this.parts;
    try {
      const writer = journal.open(fence, lastSeq, () => {}, { fold, lastAt });
      // The model's own count died with the process, so the usage is estimated from its output.
      const usage = { inputTokens: 0, outputTokens: estimateTokens(fold.content), isEstimated: true };
      const ending = endingOf(INTERRUPTED, { messageId: system.id(), usage, now: system.now() });
      if ((await writer.close(ending, ending)) === "persisted") logger.recovered(fence.runId);
    } catch (error) {
      logger.maintenanceFailed(error);
    }
  }
}

const INTERRUPTED = new RunError("interrupted", "The service stopped before the answer was complete.");
