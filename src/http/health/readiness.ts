import type { System } from "../../domain/system.ts";
import { type Model, ModelError } from "../../models/contract.ts";
import type { Store } from "../../store/contract.ts";
import { StoreHealth } from "./store-health.ts";

/** How long a check of the model is valid: probes come every few seconds, and providers count calls. */
const MODEL_CHECK_MS = 30_000;
/** A probe waits this long for the model; then the model counts as unavailable. */
const MODEL_TIMEOUT_MS = 5_000;

export interface Health {
  readonly status: "ready" | "unready";
  /** Each is `ok` or the reason why not. `drain` is present only while the process drains. */
  readonly checks: {
    readonly store: string;
    readonly migrations: string;
    readonly model: string;
    /** Present only when documents are found by full text alone, with the reason. The process stays ready. */
    readonly retrieval?: string;
    readonly drain?: string;
  } & { readonly [server: `mcp/${string}`]: string };
}

export interface HealthParts {
  readonly store: Store;
  readonly model: Model;
  readonly retrieval: { look(): Promise<string> };
  readonly system: System;
  isDraining(): boolean;
  /** The servers of agents' tools and the state of each. None makes the process unready: their calls fail, no run does. */
  toolServers(): Readonly<Record<string, string>>;
  /** See `StoreHealth`. */
  storeChanged(why: string | null): void;
  /** The model cannot be reached any more, with the error; null when it can be again. Called once per change. */
  modelChanged(error: Error | null): void;
}

/** Whether requests should be sent to this process. */
export class Readiness {
  /** The words of the last report. */
  #reported = "ok";
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
    const servers = Object.entries(this.parts.toolServers()).map(([name, state]) => [`mcp/${name}`, state]);
    const checks = { ...needed, ...(retrieval !== "ok" && { retrieval }), ...Object.fromEntries(servers) };
    return { status: isReady ? "ready" : "unready", checks };
  }

  /** Checks the store now and then, so that the logger reports an outage even without probes. */
  async watch(): Promise<void> {
    await this.#store.look();
  }

  #checkModel(): Promise<string> {
    const { model, system } = this.parts;
    const now = system.now();
    if (this.#model === undefined || now - this.#model.at > MODEL_CHECK_MS) {
      const signal = AbortSignal.timeout(MODEL_TIMEOUT_MS);
      const verdict = model.check({ signal }).then(
        () => this.#report(null),
        (error: Error) => this.#report(error),
      );
      this.#model = { at: now, verdict };
      void verdict.then((result) => {
        if (result !== "ok") this.#model = undefined;
      });
    }
    return this.#model.verdict;
  }

  /** Returns the verdict in words. */
  #report(error: Error | null): string {
    const unnamed = error === null ? "ok" : "the model cannot be reached";
    const words = error instanceof ModelError ? error.message : unnamed;
    if (words !== this.#reported) this.parts.modelChanged(error);
    this.#reported = words;
    return words;
  }
}
