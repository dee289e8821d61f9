import { profiledProvider } from "./profile.ts";

/** Cohere, over its compatible API: the AI SDK's provider of its own one sends no text beside tool calls. */
export const cohere = profiledProvider({
  name: "cohere",
  key: { name: "COHERE_API_KEY", description: "API key for cohere:ID.", isRequired: true },
  address: {
    name: "COHERE_BASE_URL",
    description: "Overrides the URL of Cohere's compatible API.",
    defaultUrl: "https://api.cohere.ai/compatibility/v1",
  },
  defaultModel: null,
  hasEmbeddings: true,
});
