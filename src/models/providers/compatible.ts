import { profiledProvider } from "./profile.ts";

/** Any server that speaks OpenAI's chat completions, at the operator's address. */
export const compatible = profiledProvider({
  name: "compatible",
  key: { name: "MODEL_API_KEY", description: "API key for MODEL_BASE_URL, if it requires one.", isRequired: false },
  address: {
    name: "MODEL_BASE_URL",
    description: "URL of the server for compatible:ID, up to and including /v1.",
    defaultUrl: null,
  },
  defaultModel: null,
  hasEmbeddings: true,
});
