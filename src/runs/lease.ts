import type { System } from "../domain/system.ts";
import type { Store } from "../store/contract.ts";
import type { Replica } from "../store/log/contract-replicas.ts";
import type { RunLogger } from "./logger.ts";
import { RecurringTask } from "./recurring-task.ts";

/** How many times a lease is renewed while it lasts. Three attempts in a row may fail before it expires. */
const RENEWALS_A_LEASE = 5;

/** Each of them may last a quarter of the lease. */
const ATTEMPTS_TO_BEGIN = 8;

export const renewalMs = (ttlMs: number): number => ttlMs / RENEWALS_A_LEASE;

export interface LeaseParts {
  readonly store: Pick<Store, "replicas">;
  readonly system: Pick<System, "now">;
  readonly replica: Replica;
  readonly ttlMs: number;
  readonly logger: Pick<RunLogger, "recurringFails" | "recurringWorks" | "leaseOver">;
}

/**
 * The lease of this process. While it is renewed, no other replica takes this process's runs. When it is not (the
 * process is dead, suspended or cut off from the store), others take them once the lease has expired by the database's
 * clock.
 */
export class Lease {
  /**
   * When the last successful renewal was sent, by this process's clock. Only differences between its values are used.
   */
  #renewedAt = Number.NEGATIVE_INFINITY;
  #isUnbroken = false;
  #underWay: Promise<void> | undefined;

  #isExpiryLogged = false;
  readonly #renewal: RecurringTask;

  constructor(private readonly parts: LeaseParts) {
    this.#renewal = new RecurringTask("lease renewal", parts);
  }

  /** Whether, as far as this process can tell, no other replica can have taken its runs. */
  get isCurrent(): boolean {
    const elapsed = this.parts.system.now() - this.#renewedAt;
    return elapsed >= 0 && elapsed < this.parts.ttlMs;
  }

  /**
   * Registers the process. An attempt to renew a lease has little time, because the next one must follow before it is
   * over. Here nothing is lost yet, so one slow answer must not end the start. Rejects with the store's error.
   */
  async begin(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.renew();
      } catch (error) {
        if (attempt >= ATTEMPTS_TO_BEGIN) throw error;
      }
    }
  }

  /**
   * Renews the lease before a run begins, if it may have expired: after a long suspension, the process would lose a new
   * run at once. Returns undefined when the lease is current. Rejects with the store's error.
   */
  ensureCurrent(): Promise<void> | undefined {
    return this.isCurrent ? undefined : this.renew();
  }

  /** Joins a renewal that is in progress. Rejects with the store's error. */
  renew(): Promise<void> {
    this.#underWay ??= this.#renew().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** Renews the lease. Never throws: a failed renewal is retried at the next tick. */
  async tick(): Promise<void> {
    const isRenewed = await this.#renewal.attempt(() => this.renew());
    if (!isRenewed && !this.isCurrent && !this.#isExpiryLogged) this.parts.logger.leaseOver();
    this.#isExpiryLogged = !this.isCurrent;
  }

  /**
   * Ends the lease of a process that executes no more runs. Never throws: a lease that cannot be ended expires soon.
   */
  async leave(): Promise<void> {
    this.#renewedAt = Number.NEGATIVE_INFINITY;
    await this.#underWay?.catch(() => {});
    await this.parts.store.replicas.leave(this.parts.replica.id).catch(() => {});
  }

  async #renew(): Promise<void> {
    const { store, system, replica, ttlMs } = this.parts;
    const sentAt = system.now();
    const isUnbroken = this.#isUnbroken;
    this.#isUnbroken = false;
    await store.replicas.renew(replica, { ttlMs, isUnbroken });
    this.#isUnbroken = true;
    this.#renewedAt = sentAt;
  }
}

/** For a process that has the store to itself. */
export const NO_LEASE: Pick<Lease, "begin" | "ensureCurrent" | "tick" | "leave"> = {
  begin: async () => {},
  ensureCurrent: () => undefined,
  tick: async () => {},
  leave: async () => {},
};
