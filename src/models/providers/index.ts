import { anthropic } from "./anthropic.ts";
import { azure } from "./azure.ts";
import { bedrock } from "./bedrock.ts";
import { builtin } from "./builtin.ts";
import { cohere } from "./cohere.ts";
import { compatible } from "./compatible.ts";
import type { Provider } from "./contract.ts";
import { deepseek } from "./deepseek.ts";
import { google } from "./google.ts";
import { groq } from "./groq.ts";
import { mistral } from "./mistral.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";
import { openrouter } from "./openrouter.ts";
import { vertex } from "./vertex.ts";
import { xai } from "./xai.ts";

/** Every provider, in the order in which `--help` names them: one line each. */
export const providers: readonly Provider[] = [
  builtin,
  openai,
  anthropic,
  google,
  azure,
  bedrock,
  vertex,
  cohere,
  mistral,
  groq,
  xai,
  deepseek,
  openrouter,
  ollama,
  compatible,
];

/** Throws for a name that no provider has: specs are checked before they reach this function. */
export const providerNamed = (name: string): Provider => {
  const provider = providers.find((provider) => provider.name === name);
  if (provider === undefined) throw new Error(`There is no provider ${name}.`);
  return provider;
};
