import type { ModelOptions } from "../providers.ts";
import type { EmbeddingSpec } from "../spec.ts";
import { builtinEmbedding } from "./builtin.ts";
import type { EmbeddingModel } from "./contract.ts";
import { providerEmbedding } from "./provider.ts";

/** The embedding model that the spec names. Throws an Error that names the variable when a provider's access is not complete. */
export const openEmbedding = async (
  { provider, model }: EmbeddingSpec,
  { providers, system, log }: ModelOptions,
): Promise<EmbeddingModel> => {
  if (provider === "builtin") return builtinEmbedding();
  // The SDKs take longer to load than the rest of the service, and the built-in has no use for them.
  const { sdkEmbedding } = await import("./sdk.ts");
  const call = sdkEmbedding(provider, model, providers[provider], () => system.now());
  return providerEmbedding({ id: `${provider}:${model}`, call, system, log });
};
