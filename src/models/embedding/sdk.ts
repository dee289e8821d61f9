import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { EmbeddingModelV4, SharedV4ProviderOptions } from "@ai-sdk/provider";
import { upstreamFetch } from "../../upstream/fetched.ts";
import { type Access, given, rootOf } from "../access.ts";
import { failureOfSdk } from "../aisdk-failure.ts";
import { garbage, type Place } from "../failure.ts";
import type { EmbeddingSpec } from "../spec.ts";
import type { EmbeddingPurpose, Vector } from "./contract.ts";

type SdkProvider = Exclude<EmbeddingSpec["provider"], "builtin">;

/** One call: as many texts as the caller thinks the provider takes. Throws a ModelError, or the signal's reason. */
export type EmbeddingCall = (
  texts: readonly string[],
  purpose: EmbeddingPurpose,
  signal: AbortSignal,
) => Promise<readonly Vector[]>;

interface Sdk {
  /** The environment variable that holds the key, for messages. */
  readonly keyVariable: string;
  open(access: Access, model: string): EmbeddingModelV4;
  options(purpose: EmbeddingPurpose): SharedV4ProviderOptions;
}

/** The SDK's type of `fetch` is Bun's, with what hangs on it. */
const sdkFetch = Object.assign(upstreamFetch, { preconnect: fetch.preconnect });

/** Gemini's models give 3,072 numbers unless told; of these, which is what Google recommends, recall hardly differs. */
const GOOGLE_DIMENSION = 768;

const SDK: Readonly<Record<SdkProvider, Sdk>> = {
  openai: {
    keyVariable: "OPENAI_API_KEY",
    open: ({ apiKey, baseUrl }, model) =>
      createOpenAI({
        apiKey: given(apiKey, "OPENAI_API_KEY"),
        baseURL: rootOf(baseUrl ?? "https://api.openai.com/v1"),
        fetch: sdkFetch,
      }).embeddingModel(model),
    options: () => ({}),
  },
  google: {
    keyVariable: "GOOGLE_GENERATIVE_AI_API_KEY",
    open: ({ apiKey, baseUrl }, model) =>
      createGoogle({
        apiKey: given(apiKey, "GOOGLE_GENERATIVE_AI_API_KEY"),
        baseURL: rootOf(baseUrl ?? "https://generativelanguage.googleapis.com/v1beta"),
        fetch: sdkFetch,
      }).embeddingModel(model),
    options: (purpose) => ({
      google: {
        outputDimensionality: GOOGLE_DIMENSION,
        taskType: purpose === "query" ? "RETRIEVAL_QUERY" : "RETRIEVAL_DOCUMENT",
      },
    }),
  },
  compatible: {
    keyVariable: "MODEL_API_KEY",
    open: ({ apiKey, baseUrl }, model) =>
      createOpenAICompatible({
        name: "compatible",
        baseURL: rootOf(given(baseUrl, "MODEL_BASE_URL")),
        fetch: sdkFetch,
        ...(apiKey !== null && { apiKey }),
      }).embeddingModel(model),
    options: () => ({}),
  },
};

/** Throws an Error that names the variable when the provider's access is not complete. */
export const sdkEmbedding = (
  provider: SdkProvider,
  model: string,
  access: Access,
  now: () => number,
): EmbeddingCall => {
  const { keyVariable, open, options } = SDK[provider];
  const opened = open(access, model);
  const place: Place = { keyVariable, now };
  return async (texts, purpose, signal) => {
    signal.throwIfAborted();
    try {
      const { embeddings, response } = await opened.doEmbed({
        values: [...texts],
        abortSignal: signal,
        providerOptions: options(purpose),
      });
      return inOrder(embeddings, response?.body);
    } catch (error) {
      throw signal.aborted ? signal.reason : failureOfSdk(error, place);
    }
  };
};

/**
 * OpenAI's wire gives each vector the index of its text, and leaves their order open; the SDK passes them on as they come.
 * https://platform.openai.com/docs/api-reference/embeddings/object
 */
const inOrder = (embeddings: readonly Vector[], body: unknown): readonly Vector[] => {
  const data = (body as { data?: unknown } | null | undefined)?.data;
  if (!Array.isArray(data) || data.length !== embeddings.length) return embeddings;
  const indexes = data.map((item: { index?: unknown } | null) => item?.index);
  if (!indexes.every((index) => typeof index === "number")) return embeddings;
  const ordered = indexes.map((_, place) => embeddings[indexes.indexOf(place)]);
  if (ordered.every((vector) => vector !== undefined)) return ordered;
  throw garbage("vectors of other texts than were sent");
};
