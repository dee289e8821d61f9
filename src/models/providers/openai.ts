import { addressOf, fetchAt, urlAt } from "../access.ts";
import { defineProvider } from "./contract.ts";

const BASE_URL = "https://api.openai.com/v1";

/** OpenAI, over its Responses API. */
export const openai = defineProvider({
  name: "openai",
  variables: {
    apiKey: { name: "OPENAI_API_KEY", holds: "secret", description: "API key for openai:ID.", isRequired: true },
    baseUrl: {
      name: "OPENAI_BASE_URL",
      holds: "url",
      description: "Overrides the URL of OpenAI's API.",
      isRequired: false,
    },
  },
  ways: [],
  defaultModel: "gpt-5-mini",
  open: async ({ id, model, failureContext, logger, settings: { apiKey, baseUrl = BASE_URL } }) => {
    const [{ createOpenAI }, { sdkModel }] = await Promise.all([import("@ai-sdk/openai"), import("../sdk.ts")]);
    const { root: baseURL } = addressOf(baseUrl);
    return sdkModel({
      id,
      failureContext,
      logger,
      model: (fetch) => createOpenAI({ apiKey, baseURL, fetch: fetchAt(baseUrl, fetch) }).responses(model),
      // The thread's log stores the conversation; OpenAI need not store another copy.
      providerOptions: { openai: { store: false } },
      parallelToolCalls: (isAllowed) => ({ openai: { parallelToolCalls: isAllowed } }),
      cacheMark: null,
      models: async () => ({ url: urlAt(baseUrl, "/models"), headers: { authorization: `Bearer ${apiKey}` } }),
    });
  },
  openEmbedding: async ({ model, settings: { apiKey, baseUrl = BASE_URL }, ...opening }) => {
    const [{ createOpenAI }, { sdkEmbedding }, { embeddingFetch }] = await Promise.all([
      import("@ai-sdk/openai"),
      import("../embedding/sdk.ts"),
      import("../embedding/fetch.ts"),
    ]);
    const sdk = createOpenAI({ apiKey, baseURL: addressOf(baseUrl).root, fetch: fetchAt(baseUrl, embeddingFetch) });
    return sdkEmbedding({ ...opening, model: sdk.embeddingModel(model), optionsFor: () => ({}) });
  },
});
