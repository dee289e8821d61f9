import type { System } from "../domain/system.ts";
import type { Store } from "../store/contract.ts";
import type { NewRun } from "../store/log/contract.ts";
import { StoreError } from "../store/store-error.ts";
import type { Registry } from "./registry.ts";

/** Between two attempts to withdraw what may be there. */
const RETRY_MS = 500;
/**
 * How long a beginning may still reach the database after that has answered again: a statement's deadline there, twice. One
 * that was frozen carries out what lay in its sockets when it goes on, however long that has been.
 */
const LANDING_MS = 10_000;
/** How many are remembered, a few hundred bytes each. */
const MAX_REMEMBERED = 50_000;

type Beginning = Pick<NewRun, "runId" | "threadKey" | "owner">;

/**
 * Runs that the store was asked to begin and did not confirm. Their callers were told that there is none, so there must be none:
 * each is withdrawn as soon as the store is back, and looked for until it can no longer come.
 */
export class Unconfirmed {
  /** `until`: null before the store has answered for the first time since. */
  readonly #runs = new Map<string, { readonly run: Beginning; until: number | null }>();
  #isBusy = false;
  /** What is being withdrawn just now. */
  #current: Promise<boolean | null> = Promise.resolve(null);

  constructor(
    private readonly parts: {
      readonly store: Store;
      readonly system: System;
      readonly registry: Pick<Registry, "unconfirmed">;
      failed(error: unknown): void;
    },
  ) {}

  add({ runId, threadKey, owner }: Beginning): void {
    if (this.#runs.size >= MAX_REMEMBERED) return;
    this.parts.registry.unconfirmed.add(runId);
    this.#runs.set(runId, { run: { runId, threadKey, owner }, until: null });
    if (this.#isBusy) return;
    this.#isBusy = true;
    void this.#withdrawAll();
  }

  /** A run that was named beforehand is begun once more: what there may be of it goes first. Throws the store's error. */
  async settle(runId: string): Promise<void> {
    const known = this.#runs.get(runId);
    if (known === undefined) return;
    this.#forget(runId);
    await this.#current;
    try {
      await this.parts.store.runs.withdraw(known.run);
    } catch (error) {
      this.add(known.run);
      throw error;
    }
  }

  async #withdrawAll(): Promise<void> {
    const { system } = this.parts;
    while (this.#runs.size > 0) {
      await system.sleep(RETRY_MS);
      for (const [runId, unconfirmed] of this.#runs) {
        // Looked for once more after the last moment that it could have come.
        const isLast = unconfirmed.until !== null && system.now() >= unconfirmed.until;
        this.#current = this.#withdraw(unconfirmed.run);
        const wasThere = await this.#current;
        if (wasThere === null) break;
        unconfirmed.until ??= system.now() + LANDING_MS;
        if (wasThere || isLast) this.#forget(runId);
      }
    }
    this.#isBusy = false;
  }

  #forget(runId: string): void {
    this.#runs.delete(runId);
    this.parts.registry.unconfirmed.delete(runId);
  }

  /** Whether it was there, and is no more. Null: the store does not say. */
  async #withdraw(run: Beginning): Promise<boolean | null> {
    try {
      return await this.parts.store.runs.withdraw(run);
    } catch (error) {
      if (!(error instanceof StoreError && error.code === "unavailable")) {
        this.parts.failed(error);
        this.#forget(run.runId);
      }
      return null;
    }
  }
}
