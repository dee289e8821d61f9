import { profiledProvider } from "./profile.ts";

/** Any server that speaks OpenAI's chat completions, at the operator's address. */
export const compatible = profiledProvider({
  name: "compatible",
  key: { name: "MODEL_API_KEY", description: "Key for MODEL_BASE_URL, if it wants one.", isRequired: false },
  address: {
    name: "MODEL_BASE_URL",
    description: "Where compatible:ID is served, up to and including /v1.",
    usual: null,
  },
  defaultModel: null,
  hasEmbeddings: true,
});
