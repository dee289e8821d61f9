import type { System } from "../domain/system.ts";
import type { ThreadKey } from "../domain/thread.ts";
import { runsTopic, type Topics } from "../replicas/contract.ts";

/**
 * How often whoever waits for a run looks whether something has changed on another replica, in milliseconds: for the
 * case that no hint arrives.
 */
const POLL_MS = 500;

/** Changes of a thread's runs, on any replica. Begin to watch before the first look at the store. */
export class ThreadChanges {
  readonly #end: () => void;
  #isChanged = false;
  #wake: (() => void) | undefined;

  constructor(
    key: ThreadKey,
    private readonly parts: { readonly topics: Topics; readonly system: System },
  ) {
    this.#end = parts.topics.watch(runsTopic(key), () => {
      this.#isChanged = true;
      this.#wake?.();
    });
  }

  /**
   * Resolves when something may have changed since the last call, when it is time to look anyway, or with the first of
   * `others`.
   */
  async next(...others: readonly Promise<unknown>[]): Promise<void> {
    if (!this.#isChanged) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const polled = new AbortController();
      const poll = this.parts.system.sleep(POLL_MS, polled.signal).catch(() => {});
      await Promise.race([promise, poll, ...others]);
      polled.abort(null);
      this.#wake = undefined;
    }
    this.#isChanged = false;
  }

  end(): void {
    this.#end();
  }
}
