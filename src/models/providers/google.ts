import { addressOf, fetchAt, urlAt } from "../access.ts";
import { defineProvider } from "./contract.ts";

const BASE_URL = "https://generativelanguage.googleapis.com/v1beta";
/**
 * Gemini's embedding models return 3,072 numbers by default. With 768, which Google recommends, recall hardly differs.
 */
const DIMENSION = 768;

/** Google, over the Gemini API. */
export const google = defineProvider({
  name: "google",
  variables: {
    apiKey: {
      name: "GOOGLE_GENERATIVE_AI_API_KEY",
      holds: "secret",
      description: "API key for google:ID.",
      isRequired: true,
    },
    baseUrl: {
      name: "GOOGLE_GENERATIVE_AI_BASE_URL",
      holds: "url",
      description: "Overrides the URL of Google's API.",
      isRequired: false,
    },
  },
  ways: [],
  defaultModel: "gemini-2.5-flash",
  open: async ({ id, model, failureContext, logger, settings: { apiKey, baseUrl = BASE_URL } }) => {
    const [{ createGoogle }, { sdkModel }] = await Promise.all([import("@ai-sdk/google"), import("../sdk.ts")]);
    const { root: baseURL } = addressOf(baseUrl);
    return sdkModel({
      id,
      failureContext,
      logger,
      model: (fetch) => createGoogle({ apiKey, baseURL, fetch: fetchAt(baseUrl, fetch) })(model),
      providerOptions: {},
      parallelToolCalls: null,
      cacheMark: null,
      models: async () => ({ url: urlAt(baseUrl, "/models"), headers: { "x-goog-api-key": apiKey } }),
    });
  },
  openEmbedding: async ({ model, settings: { apiKey, baseUrl = BASE_URL }, ...opening }) => {
    const [{ createGoogle }, { sdkEmbedding }, { embeddingFetch }] = await Promise.all([
      import("@ai-sdk/google"),
      import("../embedding/sdk.ts"),
      import("../embedding/fetch.ts"),
    ]);
    const sdk = createGoogle({ apiKey, baseURL: addressOf(baseUrl).root, fetch: fetchAt(baseUrl, embeddingFetch) });
    return sdkEmbedding({
      ...opening,
      model: sdk.embeddingModel(model),
      optionsFor: (purpose) => ({
        google: {
          outputDimensionality: DIMENSION,
          taskType: purpose === "query" ? "RETRIEVAL_QUERY" : "RETRIEVAL_DOCUMENT",
        },
      }),
    });
  },
});
