import type { LanguageModelV4CallOptions, LanguageModelV4ToolChoice, SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { Feature } from "./capabilities/feature.ts";
import type { ModelRequest } from "./contract.ts";

type Settings = Omit<LanguageModelV4CallOptions, "prompt">;

/**
 * Returns the options of a call that say how to answer, for the AI SDK's providers. `lacks` holds what the server has
 * refused; the request has been reduced by it already (`capabilities/reduce.ts`).
 */
export const sdkSettings = (request: ModelRequest, lacks: ReadonlySet<Feature>): Settings => ({
  ...(request.temperature !== undefined && { temperature: request.temperature }),
  ...(request.topP !== undefined && { topP: request.topP }),
  ...(request.maxOutputTokens !== undefined && { maxOutputTokens: request.maxOutputTokens }),
  ...(request.stop !== undefined && { stopSequences: [...request.stop] }),
  ...(request.seed !== undefined && { seed: request.seed }),
  ...(request.reasoning !== undefined && { reasoning: request.reasoning }),
  ...(request.toolChoice !== undefined && request.tools.length > 0 && { toolChoice: toolChoice(request.toolChoice) }),
  ...responseFormat(request, lacks),
});

/** Returns the features that these settings use, beside those of any request. */
export const settingsUsed = (request: ModelRequest, lacks: ReadonlySet<Feature>): readonly Feature[] => [
  ...(request.toolChoice !== undefined && request.tools.length > 0 ? (["tool_choice"] as const) : []),
  ...(request.maxOutputTokens === undefined ? [] : (["max_output_tokens"] as const)),
  ...(request.responseSchema !== undefined && lacks.has("json_schema") ? (["json_object"] as const) : []),
];

const toolChoice = (choice: NonNullable<ModelRequest["toolChoice"]>): LanguageModelV4ToolChoice =>
  typeof choice === "string" ? { type: choice } : { type: "tool", toolName: choice.name };

const responseFormat = ({ responseSchema }: ModelRequest, lacks: ReadonlySet<Feature>): Settings => {
  if (responseSchema === undefined) return {};
  const { name } = responseSchema;
  // A TypeBox schema is a JSON Schema; its type allows more than the SDK's does.
  const schema = responseSchema.schema as JsonSchema;
  if (!lacks.has("json_schema")) return { responseFormat: { type: "json", name, schema } };
  return lacks.has("json_object") ? {} : { responseFormat: { type: "json" } };
};

type JsonSchema = NonNullable<Extract<LanguageModelV4CallOptions["responseFormat"], { type: "json" }>["schema"]>;

/**
 * Marks what a provider should keep in its cache: the instructions, which the tools come before, and the conversation so
 * far. The next call begins with the same.
 */
export const markedForCache = (
  { prompt, ...options }: LanguageModelV4CallOptions,
  mark: SharedV4ProviderOptions,
): LanguageModelV4CallOptions => ({
  ...options,
  prompt: prompt.map((message, at) =>
    message.role === "system" || at === prompt.length - 1 ? { ...message, providerOptions: mark } : message,
  ),
});
