import { profiledProvider } from "./profile.ts";

/** Groq. */
export const groq = profiledProvider({
  name: "groq",
  key: { name: "GROQ_API_KEY", description: "API key for groq:ID.", isRequired: true },
  address: {
    name: "GROQ_BASE_URL",
    description: "Overrides the URL of Groq's API.",
    defaultUrl: "https://api.groq.com/openai/v1",
  },
  defaultModel: null,
  hasEmbeddings: false,
  wire: { maxTokens: "max_completion_tokens" },
});
