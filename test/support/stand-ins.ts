import { anthropicMessages } from "./wires/anthropic.ts";
import { bedrockConverse } from "./wires/bedrock.ts";
import { googleGenerate, vertexGenerate } from "./wires/google.ts";
import { azureChat, deepseekChat, mistralChat, newerChat, openAiChat, openRouterChat } from "./wires/openai-chat.ts";
import { openAiResponses } from "./wires/openai-responses.ts";
import type { Wire } from "./wires/wire.ts";

/** The stand-in of each provider and its path. */
export const STAND_INS: Readonly<Record<string, { readonly wire: Wire; readonly path: string }>> = {
  openai: { wire: openAiResponses, path: "/v1" },
  anthropic: { wire: anthropicMessages, path: "/v1" },
  google: { wire: googleGenerate, path: "/v1beta" },
  azure: { wire: azureChat, path: "/openai/v1" },
  bedrock: { wire: bedrockConverse, path: "" },
  vertex: { wire: vertexGenerate, path: "/publishers/google" },
  cohere: { wire: openAiChat, path: "/compatibility/v1" },
  mistral: { wire: mistralChat, path: "/v1" },
  groq: { wire: newerChat, path: "/openai/v1" },
  xai: { wire: newerChat, path: "/v1" },
  deepseek: { wire: deepseekChat, path: "/v1" },
  openrouter: { wire: openRouterChat, path: "/api/v1" },
  ollama: { wire: openAiChat, path: "/v1" },
  compatible: { wire: openAiChat, path: "/v1" },
};
