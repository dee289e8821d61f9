import type { EmbeddingModelV4, SharedV4ProviderOptions } from "@ai-sdk/provider";
import { failureOfSdk } from "../aisdk-failure.ts";
import { garbage } from "../failure.ts";
import type { OpenRequest } from "../providers/contract.ts";
import type { EmbeddingModel, EmbeddingPurpose, Vector } from "./contract.ts";
import { type EmbeddingCall, providerEmbedding } from "./provider.ts";

interface SdkEmbeddingOptions extends Pick<OpenRequest, "id" | "failureContext" | "system" | "logger"> {
  readonly model: EmbeddingModelV4;
  /** Options specific to the provider. */
  optionsFor(purpose: EmbeddingPurpose): SharedV4ProviderOptions;
}

/** An embedding model behind a provider of the AI SDK. */
export const sdkEmbedding = (options: SdkEmbeddingOptions): EmbeddingModel => {
  const most = options.model.maxEmbeddingsPerCall;
  const maxTexts = typeof most === "number" ? most : Number.POSITIVE_INFINITY;
  return providerEmbedding({ ...options, maxTexts, call: callOf(options) });
};

const callOf =
  ({ model, failureContext, optionsFor }: SdkEmbeddingOptions): EmbeddingCall =>
  async (texts, purpose, signal) => {
    signal.throwIfAborted();
    try {
      const { embeddings, response } = await model.doEmbed({
        values: [...texts],
        abortSignal: signal,
        providerOptions: optionsFor(purpose),
      });
      return inOrder(embeddings, response?.body);
    } catch (error) {
      throw signal.aborted ? signal.reason : failureOfSdk(error, failureContext);
    }
  };

/**
 * OpenAI's API gives each vector the index of its text, and does not guarantee their order; the SDK passes them on as
 * they come. https://platform.openai.com/docs/api-reference/embeddings/object
 */
const inOrder = (embeddings: readonly Vector[], body: unknown): readonly Vector[] => {
  const data = (body as { data?: unknown } | null | undefined)?.data;
  if (!Array.isArray(data) || data.length !== embeddings.length) return embeddings;
  const indexes = data.map((item: { index?: unknown } | null) => item?.index);
  if (!indexes.every((index) => typeof index === "number")) return embeddings;
  const places = new Map(indexes.map((index, at) => [index, at]));
  const ordered = indexes.map((_, place) => embeddings[places.get(place) ?? -1]);
  if (ordered.every((vector) => vector !== undefined)) return ordered;
  throw garbage("vectors of other texts than were sent");
};
