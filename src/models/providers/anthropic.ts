import { rootOf } from "../access.ts";
import { defineProvider } from "./contract.ts";

const BASE_URL = "https://api.anthropic.com/v1";

/** Anthropic, over its Messages API. It offers no embeddings. */
export const anthropic = defineProvider({
  name: "anthropic",
  variables: {
    apiKey: { name: "ANTHROPIC_API_KEY", holds: "secret", description: "API key for anthropic:ID.", isRequired: true },
    baseUrl: {
      name: "ANTHROPIC_BASE_URL",
      holds: "url",
      description: "Overrides the URL of Anthropic's API.",
      isRequired: false,
    },
  },
  defaultModel: "claude-sonnet-4-5",
  open: async ({ id, model, failureContext, settings: { apiKey, baseUrl = BASE_URL } }) => {
    const [{ createAnthropic }, { sdkModel }] = await Promise.all([import("@ai-sdk/anthropic"), import("../sdk.ts")]);
    const baseURL = rootOf(baseUrl);
    return sdkModel({
      id,
      failureContext,
      model: (fetch) => createAnthropic({ apiKey, baseURL, fetch })(model),
      providerOptions: {},
      models: { url: `${baseURL}/models`, headers: { "x-api-key": apiKey, "anthropic-version": "2023-06-01" } },
    });
  },
  openEmbedding: null,
});
