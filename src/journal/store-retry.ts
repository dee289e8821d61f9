import type { System } from "../domain/system.ts";
import { StoreError } from "../store/store-error.ts";
import type { JournalLogger } from "./logger.ts";
import type { RunWriter } from "./writer.ts";
import type { Writers } from "./writers.ts";

/** Milliseconds between attempts to reach a store that is away. */
const RETRY_MS = 250;

export interface StoreRetryOptions {
  readonly system: System;
  readonly logger: JournalLogger;
  /** How long readers wait for a store that is away, in milliseconds. */
  readonly storeWaitMs: number;
}

/** Handles a store that is away: runs go on and wait for it, and their readers are ended after `storeWaitMs`. */
export class StoreRetry {
  /** Runs whose readers were ended. They are ended once per outage. */
  readonly #givenUp = new Set<RunWriter>();

  constructor(
    private readonly options: StoreRetryOptions,
    private readonly writers: Writers,
  ) {}

  /**
   * Repeats `call` while the store is away. Once `storeWaitMs` has passed, ends the readers of the waiting runs, once
   * each.
   */
  async untilReached<T>(waiting: () => readonly RunWriter[], call: () => Promise<T>): Promise<T> {
    const { system, storeWaitMs } = this.options;
    const since = system.now();
    for (;;) {
      try {
        const value = await call();
        this.#givenUp.clear();
        return value;
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== "unavailable") throw error;
        if (system.now() - since >= storeWaitMs) this.#giveUp(waiting(), error);
        await system.sleep(RETRY_MS);
      }
    }
  }

  #giveUp(waiting: readonly RunWriter[], error: StoreError): void {
    const writers = waiting.filter((writer) => this.writers.has(writer) && !this.#givenUp.has(writer));
    if (writers.length === 0) return;
    this.options.logger.outage(error, writers.length);
    for (const writer of writers) {
      this.#givenUp.add(writer);
      this.writers.channelOf(writer)?.fail(error);
    }
  }
}
