import type { System } from "../domain/system.ts";
import type { Store } from "../store/contract.ts";
import type { Replica } from "../store/log/contract-replicas.ts";
import type { RunLogger } from "./logger.ts";
import { RecurringTask } from "./recurring-task.ts";

/** A lease is renewed this often while it lasts: three attempts may fail, one after another, and it still is not over. */
const RENEWALS_A_LEASE = 5;

export const renewalMs = (ttlMs: number): number => ttlMs / RENEWALS_A_LEASE;

export interface LeaseParts {
  readonly store: Pick<Store, "replicas">;
  readonly system: Pick<System, "now">;
  readonly replica: Replica;
  readonly ttlMs: number;
  readonly logger: Pick<RunLogger, "recurringFails" | "recurringWorks" | "leaseOver">;
}

/**
 * This process's word that it lives. As long as it is renewed nobody takes its runs; when it is not (the process is dead, or
 * stopped, or cut off from the store), others do once the database's clock says that it is over.
 */
export class Lease {
  /** When the last renewal that succeeded was asked for, by this process's clock: of use for the time in between alone. */
  #renewedAt = Number.NEGATIVE_INFINITY;
  #isUnbroken = false;
  #underWay: Promise<void> | undefined;

  #isToldOver = false;
  readonly #renewal: RecurringTask;

  constructor(private readonly parts: LeaseParts) {
    this.#renewal = new RecurringTask("lease renewal", parts);
  }

  /** Whether nobody can have taken this process's runs, as far as it can know by itself. */
  get isCurrent(): boolean {
    const elapsed = this.parts.system.now() - this.#renewedAt;
    return elapsed >= 0 && elapsed < this.parts.ttlMs;
  }

  /**
   * Before a run is begun: a process that comes back from a long stop would have it taken away at once. Undefined when there
   * is nothing to wait for; rejects with the store's error.
   */
  assure(): Promise<void> | undefined {
    return this.isCurrent ? undefined : this.renew();
  }

  /** Rejects with the store's error. One that is under way is joined. */
  renew(): Promise<void> {
    this.#underWay ??= this.#renew().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** Renews. Never throws: what fails is tried again at the next tick. */
  async tick(): Promise<void> {
    const isRenewed = await this.#renewal.attempt(() => this.renew());
    if (!isRenewed && !this.isCurrent && !this.#isToldOver) this.parts.logger.leaseOver();
    this.#isToldOver = !this.isCurrent;
  }

  /** This process executes nothing any more. Never throws: a lease that cannot be ended is over soon. */
  async leave(): Promise<void> {
    this.#renewedAt = Number.NEGATIVE_INFINITY;
    await this.#underWay?.catch(() => {});
    await this.parts.store.replicas.leave(this.parts.replica.id).catch(() => {});
  }

  async #renew(): Promise<void> {
    const { store, system, replica, ttlMs } = this.parts;
    const asked = system.now();
    const isUnbroken = this.#isUnbroken;
    this.#isUnbroken = false;
    await store.replicas.renew(replica, { ttlMs, isUnbroken });
    this.#isUnbroken = true;
    this.#renewedAt = asked;
  }
}
