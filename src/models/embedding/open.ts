import { type ModelOptions, openRequestOf } from "../open.ts";
import { providerNamed } from "../providers/index.ts";
import type { EmbeddingSpec } from "../spec.ts";
import type { EmbeddingModel } from "./contract.ts";

/**
 * Returns the embedding model that the spec names. Rejects with an Error that names the variable when a provider's
 * settings are incomplete.
 */
export const openEmbedding = async (spec: EmbeddingSpec, options: ModelOptions): Promise<EmbeddingModel> => {
  const provider = providerNamed(spec.provider);
  const { openEmbedding: open } = provider;
  if (open === null)
    throw new Error(`EMBEDDING_MODEL must name another provider: ${provider.name} offers no embeddings.`);
  return open(openRequestOf(provider, spec.model, options));
};
