import type { System } from "../domain/system.ts";
import type { Store } from "../store/contract.ts";
import { StoreError } from "../store/store-error.ts";
import type { Registry } from "./registry.ts";

/** Time between two attempts to withdraw runs. */
const RETRY_MS = 500;
/**
 * How long an insert may still reach the database after the database answers again: twice the statement timeout there.
 * A database that was suspended executes what is in its socket buffers when it resumes, however long that has been.
 */
const LATE_INSERT_MS = 10_000;
/** How many runs are tracked, a few hundred bytes each. */
const MAX_TRACKED = 50_000;

type UnconfirmedRun = Parameters<Store["runs"]["withdraw"]>[0];
type Withdrawal = Awaited<ReturnType<Store["runs"]["withdraw"]>>;

/**
 * Runs whose insert the store did not confirm. Their callers received an error, so the runs must not exist: each is
 * withdrawn as soon as the store is back, and looked for until it can no longer appear. One that another client has
 * joined meanwhile stays; maintenance finds that nothing here executes it.
 */
export class Unconfirmed {
  /** `until` is null until the store answers for the first time since the insert. */
  readonly #runs = new Map<string, { readonly run: UnconfirmedRun; until: number | null }>();
  #isBusy = false;
  /** The withdrawal that is in progress. */
  #current: Promise<Withdrawal | null> = Promise.resolve(null);

  constructor(
    private readonly parts: {
      readonly store: Store;
      readonly system: System;
      readonly registry: Pick<Registry, "unconfirmed">;
      failed(error: unknown): void;
    },
  ) {}

  add({ runId, threadKey, owner, earlyEvents = 0 }: UnconfirmedRun): void {
    if (this.#runs.size >= MAX_TRACKED) return;
    this.parts.registry.unconfirmed.add(runId);
    this.#runs.set(runId, { run: { runId, threadKey, owner, earlyEvents }, until: null });
    if (this.#isBusy) return;
    this.#isBusy = true;
    void this.#withdrawAll();
  }

  /**
   * Withdraws an unconfirmed run before a run that was announced beforehand begins again under its id. Throws the
   * store's error.
   */
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
        // The last check comes after the last moment at which the run could have appeared.
        const isLast = unconfirmed.until !== null && system.now() >= unconfirmed.until;
        this.#current = this.#withdraw(unconfirmed.run);
        const withdrawal = await this.#current;
        if (withdrawal === null) break;
        unconfirmed.until ??= system.now() + LATE_INSERT_MS;
        if (withdrawal !== "absent" || isLast) this.#forget(runId);
      }
    }
    this.#isBusy = false;
  }

  #forget(runId: string): void {
    this.#runs.delete(runId);
    this.parts.registry.unconfirmed.delete(runId);
  }

  /** Null: the store did not answer. */
  async #withdraw(run: UnconfirmedRun): Promise<Withdrawal | null> {
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
