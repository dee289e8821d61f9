import { realSystem } from "../../src/domain/system.ts";
import { sdkModel } from "../../src/models/sdk.ts";
import { modelConformance } from "../conformance/model.ts";
import { KEY } from "../conformance/model-kit.ts";
import { anthropicMessages } from "../support/wires/anthropic.ts";
import { googleGenerate } from "../support/wires/google.ts";
import { openAiResponses } from "../support/wires/openai-responses.ts";

const open = (provider: Parameters<typeof sdkModel>[0], path: string) => (url: string) =>
  sdkModel(provider, "stand-in", { apiKey: KEY, baseUrl: url + path }, realSystem);

modelConformance("OpenAI", {
  wire: openAiResponses,
  open: open("openai", "/v1"),
  keyVariable: "OPENAI_API_KEY",
});

modelConformance("Anthropic", {
  wire: anthropicMessages,
  open: open("anthropic", "/v1"),
  keyVariable: "ANTHROPIC_API_KEY",
});

modelConformance("Google", {
  wire: googleGenerate,
  open: open("google", "/v1beta"),
  keyVariable: "GOOGLE_GENERATIVE_AI_API_KEY",
});
