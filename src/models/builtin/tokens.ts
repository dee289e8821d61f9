import type { Usage } from "../../domain/run.ts";
import type { ModelMessage, ModelRequest } from "../contract.ts";

/** What tokenizers make of text, on average: 4 characters to a token, but 1.5 of Hangul and other East Asian scripts. */
const CHARACTERS_PER_TOKEN = 4;
const WIDE_CHARACTERS_PER_TOKEN = 1.5;

const WIDE = /[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3]/g;

/** The built-in model's own measure, so that credits are settled as for any other. At least 1 unless the text is empty. */
export const countTokens = (text: string): number => {
  const wide = text.match(WIDE)?.length ?? 0;
  return Math.ceil((text.length - wide) / CHARACTERS_PER_TOKEN + wide / WIDE_CHARACTERS_PER_TOKEN);
};

const textOf = (message: ModelMessage): string => {
  if (message.role === "tool") return JSON.stringify(message.output) ?? "";
  if (message.role === "user" || message.toolCalls.length === 0) return message.content;
  return message.content + JSON.stringify(message.toolCalls);
};

/** @param output all that the model said, its tool calls as JSON. */
export const usageOf = (request: ModelRequest, output: string): Usage => {
  const tools = request.tools.length === 0 ? "" : JSON.stringify(request.tools);
  const input = [request.system, tools, ...request.messages.map(textOf)];
  return { inputTokens: input.reduce((sum, text) => sum + countTokens(text), 0), outputTokens: countTokens(output) };
};
