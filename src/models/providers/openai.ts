import { rootOf } from "../access.ts";
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
  defaultModel: "gpt-5-mini",
  open: async ({ id, model, failureContext, settings: { apiKey, baseUrl = BASE_URL } }) => {
    const [{ createOpenAI }, { sdkModel }] = await Promise.all([import("@ai-sdk/openai"), import("../sdk.ts")]);
    const baseURL = rootOf(baseUrl);
    return sdkModel({
      id,
      failureContext,
      model: (fetch) => createOpenAI({ apiKey, baseURL, fetch }).responses(model),
      // The thread's log stores the conversation; OpenAI need not store another copy.
      providerOptions: { openai: { store: false } },
      models: { url: `${baseURL}/models`, headers: { authorization: `Bearer ${apiKey}` } },
    });
  },
  openEmbedding: async ({ model, settings: { apiKey, baseUrl = BASE_URL }, ...opening }) => {
    const [{ createOpenAI }, { sdkEmbedding }, { embeddingFetch }] = await Promise.all([
      import("@ai-sdk/openai"),
      import("../embedding/sdk.ts"),
      import("../embedding/fetch.ts"),
    ]);
    const sdk = createOpenAI({ apiKey, baseURL: rootOf(baseUrl), fetch: embeddingFetch });
    return sdkEmbedding({ ...opening, model: sdk.embeddingModel(model), optionsFor: () => ({}) });
  },
});
