/** A provider's wire for embeddings. */
export interface EmbeddingWire {
  /** Returns the texts in a request's body. */
  textsOf(body: unknown): readonly string[];
  /** Returns the body of an answer with these vectors. */
  answer(vectors: readonly (readonly unknown[])[]): unknown;
}

/** https://platform.openai.com/docs/api-reference/embeddings */
export const openAiEmbeddings: EmbeddingWire = {
  textsOf: (body) => (body as { input: readonly string[] }).input,
  answer: (vectors) => ({
    object: "list",
    model: "stand-in",
    data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })),
    usage: { prompt_tokens: 1, total_tokens: 1 },
  }),
};

interface GoogleRequest {
  readonly content: { readonly parts: readonly { readonly text: string }[] };
}
/** https://ai.google.dev/api/embeddings: a single text has a method of its own. */
export const googleEmbeddings: EmbeddingWire = {
  textsOf: (body) => {
    const request = body as GoogleRequest | { readonly requests: readonly GoogleRequest[] };
    const requests = "requests" in request ? request.requests : [request];
    return requests.map(({ content }) => content.parts[0]?.text ?? "");
  },
  answer: (vectors) =>
    vectors.length === 1
      ? { embedding: { values: vectors[0] } }
      : { embeddings: vectors.map((values) => ({ values })) },
};

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api */
export const vertexEmbeddings: EmbeddingWire = {
  textsOf: (body) => (body as { instances: readonly { content: string }[] }).instances.map(({ content }) => content),
  answer: (vectors) => ({ predictions: vectors.map((values) => ({ embeddings: { values, statistics: {} } })) }),
};

/** Cohere's models on Amazon Bedrock take many texts in a call; Titan's and Nova's take one. */
export const bedrockEmbeddings: EmbeddingWire = {
  textsOf: (body) => (body as { texts: readonly string[] }).texts,
  answer: (vectors) => ({ embeddings: { float: vectors } }),
};

interface Received {
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
  readonly texts: readonly string[];
}
type Answer = (texts: readonly string[]) => Response | Promise<Response>;

/** Returns a vector that identifies its text. */
export const vectorFor = (text: string): readonly number[] => [text.length, text.codePointAt(0) ?? 0, 1];

/**
 * A stand-in for a provider on a free port. It answers every call correctly, except those for which another answer is
 * queued.
 */
export const embeddingServer = (wire: EmbeddingWire) => {
  const answers: Answer[] = [];
  const received: Received[] = [];
  const right: Answer = (texts) => Response.json(wire.answer(texts.map(vectorFor)));
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const body: unknown = await request.json();
      const texts = wire.textsOf(body);
      received.push({ path: new URL(request.url).pathname, headers: request.headers, body, texts });
      return (answers.shift() ?? right)(texts);
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    received,
    reply: (...more: readonly Answer[]) => void answers.push(...more),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
};
