import type {
  JSONValue,
  LanguageModelV4CallOptions,
  LanguageModelV4FilePart,
  LanguageModelV4FunctionTool,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4ToolResultPart,
} from "@ai-sdk/provider";
import type { ModelMessage, ModelRequest, ToolSpec } from "./contract.ts";
import { imageOf } from "./image.ts";
import { assistantContent } from "./sdk-state.ts";

type ToolMessage = Extract<ModelMessage, { role: "tool" }>;

/**
 * Converts a request for the AI SDK's providers, and the model of this id. Throws a ModelError for an image that they
 * cannot take.
 */
export const callOptions = (
  id: string,
  request: ModelRequest,
  abortSignal: AbortSignal,
): LanguageModelV4CallOptions => ({
  prompt: promptOf(id, request),
  abortSignal,
  ...(request.tools.length > 0 && { tools: request.tools.map(functionTool) }),
});

const promptOf = (id: string, { system, messages }: ModelRequest): LanguageModelV4Prompt => {
  const prompt: LanguageModelV4Prompt = system === "" ? [] : [{ role: "system", content: system }];
  for (const message of messages) {
    const last = prompt.at(-1);
    // Results of calls made together are returned together: Gemini checks their count against the calls.
    if (message.role === "tool" && last?.role === "tool") last.content.push(toolResult(message));
    else if (!isEmptyAnswer(message)) prompt.push(promptMessage(id, message));
  }
  return prompt;
};

/** An answer that was cancelled before its first word: Anthropic refuses a message without content. */
const isEmptyAnswer = (message: ModelMessage): boolean =>
  message.role === "assistant" && message.content === "" && message.toolCalls.length === 0;

const promptMessage = (id: string, message: ModelMessage): LanguageModelV4Message => {
  switch (message.role) {
    case "user":
      return { role: "user", content: [...textParts(message.content), ...message.images.map(imagePart)] };
    case "assistant":
      return { role: "assistant", content: assistantContent(message, id) };
    case "tool":
      return { role: "tool", content: [toolResult(message)] };
  }
};

/** No empty text either: Anthropic refuses that too. */
const textParts = (text: string) => (text === "" ? [] : [{ type: "text" as const, text }]);

const toolResult = ({ toolCallId, name, output, isError }: ToolMessage): LanguageModelV4ToolResultPart => ({
  type: "tool-result",
  toolCallId,
  toolName: name,
  output: resultOutput(output, isError),
});

const resultOutput = (output: unknown, isError: boolean): LanguageModelV4ToolResultOutput => {
  if (typeof output === "string") return { type: isError ? "error-text" : "text", value: output };
  // JSON-able, by the contract of tools.
  return { type: isError ? "error-json" : "json", value: (output ?? null) as JSONValue };
};

const functionTool = ({ name, description, input }: ToolSpec): LanguageModelV4FunctionTool => ({
  type: "function",
  name,
  description,
  inputSchema: input as LanguageModelV4FunctionTool["inputSchema"],
});

const MEDIA_TYPES: Readonly<Record<string, string | undefined>> = {
  png: "image/png",
  gif: "image/gif",
  webp: "image/webp",
};

/**
 * An address requires a media type, so it is taken from its extension, else JPEG. For bytes, the provider detects it.
 */
const imagePart = (text: string): LanguageModelV4FilePart => {
  const image = imageOf(text);
  if ("base64" in image) {
    return { type: "file", mediaType: image.mediaType || "image", data: { type: "data", data: image.base64 } };
  }
  const { pathname } = image.url;
  const ending = pathname.slice(pathname.lastIndexOf(".") + 1).toLowerCase();
  return { type: "file", mediaType: MEDIA_TYPES[ending] ?? "image/jpeg", data: { type: "url", url: image.url } };
};
