import type { EventBody } from "../domain/event.ts";

/** Events that a promise's work emits, for a generator to yield while it waits for the promise. */
export class EventQueue {
  #events: EventBody[] = [];
  #wake: (() => void) | undefined;
  #isOver = false;

  /** Ignored once the work is done. */
  push(event: EventBody): void {
    if (this.#isOver) return;
    this.#events.push(event);
    this.#wake?.();
  }

  /** Yields the events until the work is done, then those that are left. Never throws what the work throws. */
  async *until(work: Promise<unknown>): AsyncGenerator<EventBody, void, void> {
    let isDone = false;
    const done = work.then(
      () => (isDone = true),
      () => (isDone = true),
    );
    for (;;) {
      const events = this.#events;
      this.#events = [];
      yield* events;
      if (this.#events.length > 0) continue;
      if (isDone) break;
      await Promise.race([done, new Promise<void>((resolve) => (this.#wake = resolve))]);
    }
    this.#isOver = true;
  }
}
