import type { System } from "../../domain/system.ts";
import type { Store } from "../../store/contract.ts";
import { MigrationsMissing } from "../../store/store-error.ts";
import { storeFailureText } from "../../store/trouble.ts";

/** The store is written to at most once in this time, however many probes there are. */
const FRESH_MS = 1_000;
/** The longest that a probe waits. The check under way then goes on, and later probes receive its result. */
const TIMEOUT_MS = 2_000;

/** Each is `ok` or the reason why not. */
export interface StoreVerdict {
  readonly store: string;
  readonly migrations: string;
}

/** Checks whether the store can be written to by writing: a full disk can still be read. */
export class StoreHealth {
  #latest: { readonly begunAt: number; isOver: boolean; readonly verdict: Promise<StoreVerdict> } | undefined;
  #reported = "ok";

  constructor(
    private readonly store: Pick<Store, "check" | "tryWrite">,
    private readonly system: Pick<System, "now" | "sleep">,
    /**
     * Called when the result changes: with the reason why the store cannot be written to, or null once it can be again.
     */
    private readonly changed: (why: string | null) => void,
  ) {}

  /** Settles within two seconds. */
  look(): Promise<StoreVerdict> {
    const { system } = this;
    const timer = new AbortController();
    const answer = this.#current();
    return Promise.race([
      answer,
      system.sleep(TIMEOUT_MS, timer.signal).then((): StoreVerdict => {
        const verdict = {
          store: "the database does not answer",
          migrations: "unknown while the database does not answer",
        };
        if (!timer.signal.aborted) this.#report(verdict.store);
        return verdict;
      }),
    ]).finally(() => timer.abort());
  }

  #current(): Promise<StoreVerdict> {
    const latest = this.#latest;
    const age = latest === undefined ? Number.POSITIVE_INFINITY : this.system.now() - latest.begunAt;
    // After the clock was set back, the age is unknown.
    if (latest !== undefined && (!latest.isOver || (age >= 0 && age < FRESH_MS))) return latest.verdict;
    const next = { begunAt: this.system.now(), isOver: false, verdict: this.#try() };
    this.#latest = next;
    void next.verdict.then(({ store, migrations }) => {
      next.isOver = true;
      this.#report(store === "ok" ? migrations : store);
    });
    return next.verdict;
  }

  async #try(): Promise<StoreVerdict> {
    try {
      await this.store.check();
      await this.store.tryWrite();
      return { store: "ok", migrations: "ok" };
    } catch (error) {
      return error instanceof Error && error.cause instanceof MigrationsMissing
        ? { store: "ok", migrations: "migrations are missing: run yeoul migrate" }
        : { store: storeFailureText(error), migrations: "unknown while the database cannot be used" };
    }
  }

  #report(words: string): void {
    if (words === this.#reported) return;
    this.#reported = words;
    this.changed(words === "ok" ? null : words);
  }
}
