import { type Dependencies, type Service, serve } from "../../src/app.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { realSystem, type System } from "../../src/domain/system.ts";
import { openLogger, serviceLogger } from "../../src/logger.ts";
import type { Models } from "../../src/models/choice.ts";
import type { Model } from "../../src/models/contract.ts";
import { builtinEmbedding } from "../../src/models/embedding/builtin.ts";
import type { Store } from "../../src/store/contract.ts";
import { fixedModels } from "./fixed-models.ts";
import { memoryStore } from "./pglite.ts";
import { scriptedModel } from "./scripted-model.ts";

export interface TestService<M extends Model> extends Service {
  readonly store: Store;
  readonly model: M;
  post(path: string, body: unknown, init?: RequestInit): Promise<Response>;
  get(path: string, init?: RequestInit): Promise<Response>;
  /** Stops the service and closes its store, unless the store was given. */
  stop(): Promise<void>;
}

/** Starts the service on a real socket, by default with a scripted model and an embedded database in memory. */
export const startService = async <M extends Model = ReturnType<typeof scriptedModel>>(
  options: {
    readonly model?: M;
    readonly store?: Store;
    /** The models that requests may choose; by default every choice gets `model`. */
    readonly models?: Models;
    /** Environment variables. */
    readonly env?: Readonly<Record<string, string>>;
    /** The replica's id; a fresh one by default. */
    readonly owner?: string;
    readonly system?: System;
  } & Partial<Pick<Dependencies, "storeWaitMs" | "isAlone" | "logger" | "embedding" | "fetchPage" | "ownAgents">> = {},
): Promise<TestService<M>> => {
  const read = readConfig({ PORT: "0", LOG_LEVEL: "silent", MAX_RUNS_PER_USER: "1000", ...options.env });
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
  const system = options.system ?? realSystem;
  const store = options.store ?? (await memoryStore(system));
  await store.migrate();
  const model = options.model ?? (scriptedModel() as unknown as M);
  const service = await serve({
    config: read.config,
    store,
    models: options.models ?? fixedModels(model),
    embedding: options.embedding ?? builtinEmbedding(),
    system,
    logger: options.logger ?? serviceLogger(openLogger(read.config.logLevel)),
    replica: { id: options.owner ?? realSystem.id(), name: "test" },
    isAlone: options.isAlone ?? false,
    ...(options.storeWaitMs !== undefined && { storeWaitMs: options.storeWaitMs }),
    ...(options.fetchPage !== undefined && { fetchPage: options.fetchPage }),
    ...(options.ownAgents !== undefined && { ownAgents: options.ownAgents }),
  });
  return {
    ...service,
    store,
    model,
    stop: async () => {
      await service.drain();
      if (options.store === undefined) await store.close();
    },
    get: (path, init) => fetch(service.url + path, init),
    post: (path, body, init) =>
      fetch(service.url + path, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...init,
        headers: { "content-type": "application/json", ...init?.headers },
      }),
  };
};
