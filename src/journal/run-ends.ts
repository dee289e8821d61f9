import type { LogEvent } from "../domain/event.ts";
import type { Store } from "../store/contract.ts";
import type { Append, Refusal } from "../store/log/contract.ts";
import type { RunEnd } from "../store/log/contract-run-end.ts";
import { StoreError } from "../store/store-error.ts";
import { type Ending, failing, type Outcome } from "./ending.ts";
import { LOST, type LostTails } from "./lost-tail.ts";
import type { StoreRetry } from "./store-retry.ts";
import type { RunWriter } from "./writer.ts";
import type { Writers } from "./writers.ts";

/**
 * Ends runs: writes the end together with all events that are not in the log yet, in one transaction, through outages.
 */
export class RunEnds {
  constructor(
    private readonly store: Store,
    private readonly writers: Writers,
    private readonly storeRetry: StoreRetry,
    private readonly lostTails: LostTails,
  ) {}

  async end(writer: RunWriter, ending: Ending): Promise<Outcome> {
    const { events, checkpoints, rounds = [] } = writer.take();
    const pending = { events, checkpoints, rounds };
    let current = ending;
    let rewrites = 0;
    let isFreed = false;
    const attempt = async (): Promise<readonly LogEvent[] | null> => {
      for (;;) {
        const { decided } = writer.verdict;
        if (decided !== undefined && current.error === null) current = failing(ending, decided);
        const end = this.#endOf(writer, pending, current);
        const outcome = await this.#tryEnd(writer, end);
        isFreed = outcome === "freed";
        if (outcome === "ended" || outcome === "freed") return end.events;
        if (outcome === "stale") return null;
        const lost = await this.lostTails.before(writer, end.events[0]?.seq ?? writer.next, rewrites++);
        if (lost !== null) pending.events = [...lost, ...pending.events];
        else {
          Object.assign(pending, { events: [], checkpoints: [], rounds: [] });
          current = failing(ending, LOST);
        }
      }
    };
    const persisted = await this.storeRetry.untilReached(() => [writer], attempt);
    writer.verdict.ended("over");
    if (persisted !== null) this.writers.publish(writer, persisted);
    return persisted === null ? "refused" : isFreed ? "freed" : "persisted";
  }

  #endOf(writer: RunWriter, pending: Pick<Append, "events" | "checkpoints" | "rounds">, ending: Ending): RunEnd {
    const { status, usage, error, now, messageId, events } = ending;
    const hasAnswer = writer.hasAnswer || status === "succeeded";
    return {
      ...pending,
      ...{ status, usage, error, now },
      events: [...pending.events, ...writer.number(events)],
      message: hasAnswer ? { id: messageId, content: writer.answer, detail: writer.detail } : null,
    };
  }

  /**
   * No end can be promised while an attempt is under way, nor after one that may have succeeded without an
   * acknowledgement.
   */
  async #tryEnd(writer: RunWriter, end: RunEnd): Promise<"ended" | "freed" | Refusal> {
    const { fence, verdict } = writer;
    const mayHaveEnded = verdict.mayHaveEnded;
    const before = mayHaveEnded ? "uncertain" : "open";
    verdict.ended("uncertain");
    try {
      const outcome = await this.store.runs.finish(fence, end);
      if (outcome === "gap") verdict.ended(before);
      if (outcome !== "stale" || !mayHaveEnded) return outcome;
      return (await this.#isPersisted(fence.threadKey, end.events)) ? "ended" : "stale";
    } catch (error) {
      if (error instanceof StoreError && error.isUntried) verdict.ended(before);
      throw error;
    }
  }

  /** Whether an unacknowledged attempt has ended the run after all. */
  async #isPersisted(key: Append["fence"]["threadKey"], events: readonly LogEvent[]): Promise<boolean> {
    const last = events.at(-1);
    if (last === undefined) return false;
    const [found] = await this.store.events.read(key, last.seq - 1, 1);
    return found?.seq === last.seq && found.runId === last.runId && found.type === last.type;
  }
}
