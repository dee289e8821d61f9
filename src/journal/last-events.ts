import type { EventBody, LogEvent } from "../domain/event.ts";
import { storableText } from "../domain/text.ts";
import type { LoggedAnswer } from "./logged-answer.ts";

/**
 * A run's last events, numbered. The same bodies have the same events, since an unacknowledged attempt to write them may
 * have succeeded; other bodies replace them.
 */
export class LastEvents {
  #bodies: readonly EventBody[] | undefined;
  #events: readonly LogEvent[] = [];

  constructor(
    private readonly runId: string,
    private readonly answer: LoggedAnswer,
  ) {}

  /** `seq` is that of the first, `now` the time of all. */
  number(bodies: readonly EventBody[], seq: number, now: () => number): readonly LogEvent[] {
    if (this.#bodies === bodies && this.#events[0]?.seq === seq) return this.#events;
    const isFirst = this.#bodies === undefined;
    // The bodies that were folded first are not part of the end any more.
    if (!isFirst) this.answer.spoil();
    const at = now();
    this.#bodies = bodies;
    this.#events = bodies.map(({ type, payload }, i) => {
      const event = { runId: this.runId, seq: seq + i, type, at, json: storableText(payload) };
      if (isFirst) this.answer.add(type, event.json);
      return event;
    });
    return this.#events;
  }
}
