import { createHash } from "node:crypto";
import { profiledProvider } from "./profile.ts";

/** Nine letters and digits: Mistral refuses other ids, as a thread's history has them from other models. */
const callId = (id: string): string => {
  if (/^[a-zA-Z0-9]{9}$/.test(id)) return id;
  return createHash("sha256").update(id).digest("hex").slice(0, 9);
};

/** Mistral. */
export const mistral = profiledProvider({
  name: "mistral",
  key: { name: "MISTRAL_API_KEY", description: "API key for mistral:ID.", isRequired: true },
  address: {
    name: "MISTRAL_BASE_URL",
    description: "Overrides the URL of Mistral's API.",
    defaultUrl: "https://api.mistral.ai/v1",
  },
  defaultModel: null,
  hasEmbeddings: true,
  wire: {
    // It refuses unknown fields, and sends usage unasked.
    lacks: ["stream_options"],
    seed: "random_seed",
    anyTool: "any",
    // https://docs.mistral.ai/capabilities/completion/prefix
    prefill: { prefix: true },
    reasoning: (effort) => ({ reasoning_effort: effort === "none" ? "none" : "high" }),
    callId,
  },
});
