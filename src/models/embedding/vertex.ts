import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { ModelError } from "../contract.ts";
import { type FailureContext, failureOfSend, failureOfStatus, garbage } from "../failure.ts";
import type { OpenRequest } from "../providers/contract.ts";
import type { EmbeddingModel } from "./contract.ts";
import { embeddingFetch } from "./fetch.ts";
import { providerEmbedding } from "./provider.ts";

interface VertexEmbeddingOptions extends Pick<OpenRequest, "id" | "system" | "logger"> {
  readonly failureContext: FailureContext;
  readonly url: string;
  readonly headers: () => Promise<Record<string, string>>;
  readonly dimension: number;
}

/** It takes 250 texts, and 20,000 tokens, in a call. */
const MAX_TEXTS = 250;

const Answer = Type.Object({
  predictions: Type.Array(Type.Object({ embeddings: Type.Object({ values: Type.Array(Type.Number()) }) })),
});

/**
 * An embedding model of Vertex AI.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api
 */
export const vertexEmbedding = ({
  url,
  headers,
  dimension,
  failureContext,
  ...options
}: VertexEmbeddingOptions): EmbeddingModel =>
  providerEmbedding({
    ...options,
    maxTexts: MAX_TEXTS,
    call: async (texts, purpose, signal) => {
      signal.throwIfAborted();
      const body = JSON.stringify({
        instances: texts.map((content) => ({
          content,
          task_type: purpose === "query" ? "RETRIEVAL_QUERY" : "RETRIEVAL_DOCUMENT",
        })),
        parameters: { outputDimensionality: dimension, autoTruncate: true },
      });
      try {
        const init = {
          method: "POST",
          headers: { ...(await headers()), "content-type": "application/json" },
          body,
          signal,
        };
        const response = await embeddingFetch(url, init);
        const { status, headers: given } = response;
        if (!response.ok)
          throw failureOfStatus(
            { status, header: (name) => given.get(name), body: await response.text() },
            failureContext,
          );
        const answer: unknown = await response.json();
        if (!Value.Check(Answer, answer)) throw garbage("no vectors");
        return answer.predictions.map(({ embeddings }) => embeddings.values);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw error instanceof ModelError ? error : failureOfSend(error);
      }
    },
  });
