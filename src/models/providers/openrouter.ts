import { profiledProvider } from "./profile.ts";

/** OpenRouter: models of many providers behind one key. */
export const openrouter = profiledProvider({
  name: "openrouter",
  key: { name: "OPENROUTER_API_KEY", description: "API key for openrouter:ID.", isRequired: true },
  address: {
    name: "OPENROUTER_BASE_URL",
    description: "Overrides the URL of OpenRouter's API.",
    defaultUrl: "https://openrouter.ai/api/v1",
  },
  defaultModel: null,
  hasEmbeddings: true,
  wire: {
    // https://openrouter.ai/docs/use-cases/reasoning-tokens
    reasoning: (effort) => ({ reasoning: { effort } }),
    // https://openrouter.ai/docs/api-reference/overview#assistant-prefill
    prefill: {},
    // https://openrouter.ai/docs/guides/best-practices/prompt-caching: other providers cache by themselves.
    needsCacheMarks: (model) => /^~?anthropic\//.test(model),
  },
});
