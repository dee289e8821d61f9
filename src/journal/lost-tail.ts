import { RunError } from "../domain/error.ts";
import { type LogEvent, payloadOf } from "../domain/event.ts";
import type { Store } from "../store/contract.ts";
import type { JournalLogger } from "./logger.ts";
import type { RunWriter } from "./writer.ts";
import type { Writers } from "./writers.ts";

/** How many times lost events are rewritten before the run is failed. */
const REWRITES = 3;

/** The error of a run whose log has lost events that are no longer in memory either. */
export const LOST = new RunError("interrupted", "The database lost part of the answer.");

/**
 * Handles log tails that the database has lost: a failover to a standby that lagged takes back the last commits. This
 * process assigns the numbers, so without this a log would go on after a hole.
 */
export class LostTails {
  constructor(
    private readonly store: Store,
    private readonly writers: Writers,
    private readonly logger: JournalLogger,
  ) {}

  /**
   * Returns the events before `next`, the seq of the run's next event, that the log has lost and that must be written
   * again. `rewrites` counts earlier attempts.
   * Null when that is impossible. The writer then goes on from where the log ends, and the only event that can follow
   * is the run's end; readers of the lost events are notified.
   */
  async before(writer: RunWriter, next: number, rewrites: number): Promise<readonly LogEvent[] | null> {
    const { threadKey } = writer.fence;
    const channel = this.writers.channelOf(writer);
    const head = (await this.store.events.heads([threadKey])).get(threadKey) ?? 0;
    // The run began after `start`, and the database still has its row.
    const after = Math.max(head, writer.start);
    const events = channel?.held(after)?.filter(({ seq }) => seq < next) ?? [];
    if (events.length === next - 1 - after && rewrites < REWRITES) {
      this.logger.rewritten(writer.fence, events.length);
      return events;
    }
    writer.truncate(after, await this.#remainingAnswer(writer));
    this.logger.torn(writer.fence);
    channel?.truncate(after);
    return null;
  }

  async #remainingAnswer({ fence }: RunWriter): Promise<string> {
    const tokens = await this.store.events.ofRun(fence.threadKey, fence.runId, ["token"]);
    return tokens.map((event) => payloadOf(event, "token").delta).join("");
  }
}
