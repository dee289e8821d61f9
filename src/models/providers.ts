import type { System } from "../domain/system.ts";
import { postBySockets } from "../upstream/client.ts";
import type { Post } from "../upstream/contract.ts";
import { type Access, given } from "./access.ts";
import { compatibleModel } from "./compatible.ts";
import type { Model } from "./contract.ts";
import { withFallback } from "./fallback.ts";
import type { ModelLog } from "./log.ts";
import { withRetry } from "./retry.ts";
import type { ModelSpec } from "./spec.ts";

export interface ModelOptions {
  readonly providers: Readonly<Record<Exclude<ModelSpec["provider"], "builtin">, Access>>;
  /** How calls of the chat-completions wire are sent. Left out: over sockets that they share. */
  readonly post?: Post;
  /** The model that needs no provider. Left out: `builtin` is refused. */
  readonly builtin?: () => Model;
  readonly system: System;
  readonly log: ModelLog;
}

/**
 * The model that the specs name: each retried, several tried in their order. Reads no environment: what the AI SDK would
 * take from there is always given. Throws an Error that names the variable when a provider's access is not complete, which
 * the configuration has made sure of.
 */
export const modelFrom = async (specs: readonly ModelSpec[], options: ModelOptions): Promise<Model> => {
  const [first, ...others] = await Promise.all(specs.map((spec) => oneModel(spec, options)));
  if (first === undefined) throw new Error("No model is named: MODEL is empty.");
  return others.length === 0 ? first : withFallback([first, ...others], options.log);
};

const oneModel = async (
  spec: ModelSpec,
  { providers, builtin, post = postBySockets(), system, log }: ModelOptions,
): Promise<Model> => {
  const { provider, model } = spec;
  switch (provider) {
    case "builtin":
      if (builtin === undefined) throw new Error("MODEL must name a model: this build has none of its own.");
      return builtin();
    case "compatible": {
      const { apiKey, baseUrl: url } = providers.compatible;
      const baseUrl = given(url, "MODEL_BASE_URL");
      const id = `compatible:${model}`;
      return withRetry(compatibleModel({ id, model, baseUrl, apiKey, system, post }), { system, log });
    }
    default: {
      // The SDKs take longer to load than the rest of the service, and most have no use for them.
      const { sdkModel } = await import("./sdk.ts");
      return withRetry(sdkModel(provider, model, providers[provider], system), { system, log });
    }
  }
};
