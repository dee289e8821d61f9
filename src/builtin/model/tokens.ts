import type { Usage } from "../../domain/run.ts";
import { estimateTokens } from "../../domain/tokens.ts";
import type { ModelMessage, ModelRequest } from "../../models/contract.ts";

const textOf = (message: ModelMessage): string => {
  if (message.role === "tool") return JSON.stringify(message.output) ?? "";
  if (message.role === "user" || message.toolCalls.length === 0) return message.content;
  return message.content + JSON.stringify(message.toolCalls);
};

/**
 * Returns the usage by the service's estimate, since the built-in model has no tokenizer, so that credits are settled
 * as for any other model. At least 1 unless the text is empty.
 * @param output All of the model's output, its tool calls as JSON.
 */
export const usageOf = (request: ModelRequest, output: string): Usage => {
  const tools = request.tools.length === 0 ? "" : JSON.stringify(request.tools);
  const input = [request.system, tools, ...request.messages.map(textOf)];
  return {
    inputTokens: input.reduce((sum, text) => sum + estimateTokens(text), 0),
    outputTokens: estimateTokens(output),
  };
};
