import { RunError } from "../domain/error.ts";
import { type LogEvent, payloadOf } from "../domain/event.ts";
import type { Store } from "../store/contract.ts";
import type { JournalLog } from "./journal-log.ts";
import type { RunWriter } from "./writer.ts";
import type { Writers } from "./writers.ts";

/** How often what the database has lost is written again before that is given up. */
const REWRITES = 3;

/** How a run ends whose log has lost what is no longer in memory either. */
export const LOST = new RunError("interrupted", "The database has lost a part of the answer.");

/**
 * The end of a log that the database has lost, as a failover to a standby that lagged takes back the last commits. Numbers
 * are this process's to give, so without this a log would go on behind a hole.
 */
export class LostTails {
  constructor(
    private readonly store: Store,
    private readonly writers: Writers,
    private readonly log: JournalLog,
  ) {}

  /**
   * What the run's log has lost before `next`, the seq of what the run says next, to be written again: the `rewrites`th time.
   * Null: that cannot be. The writer goes on from where the log ends then, which can only be the run's end, and whoever has
   * read what is gone is told.
   */
  async before(writer: RunWriter, next: number, rewrites: number): Promise<readonly LogEvent[] | null> {
    const { threadKey, runId } = writer.fence;
    const channel = this.writers.channelOf(writer);
    const head = (await this.store.events.heads([threadKey])).get(threadKey) ?? 0;
    // The run began behind `start`, and the database still has its row.
    const after = Math.max(head, writer.start);
    const events = channel?.held(after)?.filter(({ seq }) => seq < next) ?? [];
    if (events.length === next - 1 - after && rewrites < REWRITES) {
      this.log.rewritten(runId, events.length);
      return events;
    }
    writer.tear(after, await this.#answerLeft(writer));
    this.log.torn(runId);
    channel?.tear(after);
    return null;
  }

  async #answerLeft({ fence }: RunWriter): Promise<string> {
    const said = await this.store.events.ofRun(fence.threadKey, fence.runId, ["token"]);
    return said.map((event) => payloadOf(event, "token").delta).join("");
  }
}
