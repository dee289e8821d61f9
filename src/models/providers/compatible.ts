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
  thinkingTags: {
    name: "MODEL_THINKING_TAGS",
    description:
      "What stands around thoughts in the text: names of tags, or pairs such as [THINK] [/THINK], with commas.",
  },
  defaultModel: null,
  hasEmbeddings: true,
});
