import { profiledProvider } from "./profile.ts";

/** xAI's Grok. */
export const xai = profiledProvider({
  name: "xai",
  key: { name: "XAI_API_KEY", description: "API key for xai:ID.", isRequired: true },
  address: {
    name: "XAI_BASE_URL",
    description: "Overrides the URL of xAI's API.",
    defaultUrl: "https://api.x.ai/v1",
  },
  defaultModel: null,
  hasEmbeddings: false,
  wire: { maxTokens: "max_completion_tokens" },
});
