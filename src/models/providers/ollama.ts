import { profiledProvider } from "./profile.ts";

/** Ollama, on this machine unless its address is set. */
export const ollama = profiledProvider({
  name: "ollama",
  key: { name: "OLLAMA_API_KEY", description: "API key for ollama:ID, if the server requires one.", isRequired: false },
  address: {
    name: "OLLAMA_BASE_URL",
    description: "Overrides the URL of Ollama's API.",
    defaultUrl: "http://127.0.0.1:11434/v1",
  },
  defaultModel: null,
  hasEmbeddings: true,
  // Its templates leave a last message of the assistant open.
  wire: { prefill: {} },
});
