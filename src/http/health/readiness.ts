import type { System } from "../../domain/system.ts";
import type { Models } from "../../models/choice.ts";
import type { Model } from "../../models/contract.ts";
import type { HintTravel } from "../../replicas/contract.ts";
import type { Store } from "../../store/contract.ts";
import { type ModelChanged, ModelHealth } from "./model-health.ts";
import { StoreHealth } from "./store-health.ts";

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
  } & { readonly [other: `mcp/${string}` | `model/${string}`]: string };
  /**
   * How this replica learns what others have done, and since when, in ISO 8601. Absent until that is known, and with the
   * embedded database. Polling leaves the process ready: only what others do is seen later.
   */
  readonly hints?: { readonly by: HintTravel["by"]; readonly since: string; readonly reason?: string };
}

export interface HealthParts {
  readonly store: Store;
  /** Agents' own models leave the process ready: other agents answer without them. */
  readonly models: Pick<Models, "standard" | "agentModels">;
  readonly retrieval: { look(): Promise<string> };
  readonly system: System;
  isDraining(): boolean;
  /** The servers of agents' tools and the state of each. None makes the process unready: their calls fail, no run does. */
  toolServers(): Readonly<Record<string, string>>;
  /** Null: there is nothing to say. */
  hintTravel(): HintTravel | null;
  /** See `StoreHealth`. */
  storeChanged(why: string | null): void;
  readonly modelChanged: ModelChanged;
}

/** Whether requests should be sent to this process. */
export class Readiness {
  readonly #models = new WeakMap<Model, ModelHealth>();
  readonly #store: StoreHealth;

  constructor(private readonly parts: HealthParts) {
    this.#store = new StoreHealth(parts.store, parts.system, parts.storeChanged);
  }

  async look(): Promise<Health> {
    const [{ store, migrations }, model, ofAgents, retrieval] = await Promise.all([
      this.#store.look(),
      this.#lookAt(this.parts.models.standard),
      this.#lookAtAgentModels(),
      this.parts.retrieval.look(),
    ]);
    const drain = this.parts.isDraining() ? { drain: "shutting down: this process takes no more runs" } : {};
    const needed = { store, migrations, model, ...drain };
    const isReady = Object.values(needed).every((check) => check === "ok");
    const servers = Object.entries(this.parts.toolServers()).map(([name, state]) => [`mcp/${name}`, state]);
    const others = Object.fromEntries([...ofAgents, ...servers]);
    const checks = { ...needed, ...(retrieval !== "ok" && { retrieval }), ...others };
    return { status: isReady ? "ready" : "unready", checks, ...hintsOf(this.parts.hintTravel()) };
  }

  /** Checks the store now and then, so that the logger reports an outage even without probes. */
  async watch(): Promise<void> {
    await this.#store.look();
  }

  #lookAt(model: Model): Promise<string> {
    const { system, modelChanged } = this.parts;
    const health = this.#models.get(model) ?? new ModelHealth(model, system, modelChanged);
    this.#models.set(model, health);
    return health.look();
  }

  async #lookAtAgentModels(): Promise<readonly (readonly [string, string])[]> {
    const models = await this.parts.models.agentModels();
    return await Promise.all(models.map(async (model) => [`model/${model.id}`, await this.#lookAt(model)] as const));
  }
}

const NO_LISTEN =
  "LISTEN does not work, as behind a pooler in transaction mode: point DATABASE_URL at Postgres or at a pool in session mode";

const hintsOf = (travel: HintTravel | null): Pick<Health, "hints"> => {
  if (travel === null) return {};
  const since = new Date(travel.since).toISOString();
  return { hints: { by: travel.by, since, ...(travel.by === "poll" && { reason: NO_LISTEN }) } };
};
