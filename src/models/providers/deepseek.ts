import { profiledProvider } from "./profile.ts";

/** DeepSeek. */
export const deepseek = profiledProvider({
  name: "deepseek",
  key: { name: "DEEPSEEK_API_KEY", description: "API key for deepseek:ID.", isRequired: true },
  address: {
    name: "DEEPSEEK_BASE_URL",
    description: "Overrides the URL of DeepSeek's API.",
    defaultUrl: "https://api.deepseek.com/v1",
  },
  defaultModel: null,
  hasEmbeddings: false,
  wire: {
    lacks: ["json_schema"],
    // Thinking is on unless it is turned off. https://api-docs.deepseek.com/guides/thinking_mode
    reasoning: (effort) =>
      effort === "none"
        ? { thinking: { type: "disabled" } }
        : { thinking: { type: "enabled" }, reasoning_effort: effort },
  },
});
