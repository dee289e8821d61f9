import type { System } from "../../domain/system.ts";
import { type Model, ModelError } from "../../models/contract.ts";
import type { Store } from "../../store/contract.ts";
import { StoreHealth } from "./store-health.ts";

/** How long a check of the model is good for: probes come every few seconds, and providers count calls. */
const MODEL_CHECK_MS = 30_000;
/** A probe waits this long for the model; then it counts as away. */
const MODEL_PATIENCE_MS = 5_000;

export interface Health {
  readonly status: "ready" | "unready";
  /** Each `ok`, or why not. `drain` is there only while the process drains. */
  readonly checks: {
    readonly store: string;
    readonly migrations: string;
    readonly model: string;
    /** There only when documents are found by words alone, and why. That leaves the process ready. */
    readonly retrieval?: string;
    readonly drain?: string;
  };
}

export interface HealthParts {
  readonly store: Store;
  readonly model: Model;
  readonly retrieval: { look(): Promise<string> };
  readonly system: System;
  isDraining(): boolean;
  /** See `StoreHealth`. */
  storeChanged(why: string | null): void;
}

/** Whether requests should be sent here. */
export class Readiness {
  #model: { readonly at: number; readonly verdict: Promise<string> } | undefined;

  readonly #store: StoreHealth;

  constructor(private readonly parts: HealthParts) {
    this.#store = new StoreHealth(parts.store, parts.system, parts.storeChanged);
  }

  async look(): Promise<Health> {
    const [{ store, migrations }, model, retrieval] = await Promise.all([
      this.#store.look(),
      this.#checkModel(),
      this.parts.retrieval.look(),
    ]);
    const drain = this.parts.isDraining() ? { drain: "shutting down: this process takes no more runs" } : {};
    const needed = { store, migrations, model, ...drain };
    const isReady = Object.values(needed).every((check) => check === "ok");
    const checks = { ...needed, ...(retrieval !== "ok" && { retrieval }) };
    return { status: isReady ? "ready" : "unready", checks };
  }

  /** Asked now and then by the process itself, so that its log tells of it where nobody probes. */
  async watch(): Promise<void> {
    await this.#store.look();
  }

  #checkModel(): Promise<string> {
    const { model, system } = this.parts;
    const now = system.now();
    if (this.#model === undefined || now - this.#model.at > MODEL_CHECK_MS) {
      const signal = AbortSignal.timeout(MODEL_PATIENCE_MS);
      const verdict = model.check({ signal }).then(
        () => "ok",
        (error) => (error instanceof ModelError ? error.message : "the model cannot be reached"),
      );
      this.#model = { at: now, verdict };
      void verdict.then((said) => {
        if (said !== "ok") this.#model = undefined;
      });
    }
    return this.#model.verdict;
  }
}
