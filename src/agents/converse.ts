import type { EventBody } from "../domain/event.ts";
import { NO_USAGE, type Usage } from "../domain/run.ts";
import { estimateTokens } from "../domain/tokens.ts";
import type { ModelMessage, ModelRequest, ToolCall } from "../models/contract.ts";
import { callTool } from "../tools/call.ts";
import type { Tool } from "../tools/contract.ts";
import type { AgentContext } from "./contract.ts";

/** Model calls in one conversation; the last one is made without tools, so that it has to answer. */
export const MAX_ROUNDS = 8;

/** Between what the model says before and after it has used a tool. */
const PARAGRAPH = "\n\n";

export interface Conversation {
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly Tool[];
}

/**
 * Lets the model speak, calls the tools it asks for and lets it speak again, until it has answered. Its words are yielded
 * as they come. Returns the text of all rounds, and the messages with everything that was said. `spoken` says that this
 * turn has answered something already, which a paragraph parts from what comes now.
 */
export async function* converse(
  { system, messages, tools }: Conversation,
  context: AgentContext,
  spoken = false,
): AsyncGenerator<EventBody, { text: string; messages: readonly ModelMessage[] }, void> {
  const said: ModelMessage[] = [...messages];
  let answer = "";
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const offered = round < MAX_ROUNDS ? tools : [];
    const lead = spoken || answer !== "" ? PARAGRAPH : "";
    const { text, toolCalls } = yield* speak({ system, messages: [...said], tools: offered }, context, lead);
    if (text !== "") answer += lead + text;
    said.push({ role: "assistant", content: text, toolCalls });
    if (toolCalls.length === 0) break;
    for (const call of toolCalls) said.push(yield* use(tools, call, context));
  }
  return { text: answer, messages: said };
}

/** One model call. `lead` goes before its first word, if it says any. */
async function* speak(
  request: ModelRequest,
  context: AgentContext,
  lead: string,
): AsyncGenerator<EventBody, { text: string; toolCalls: readonly ToolCall[] }, void> {
  const toolCalls: ToolCall[] = [];
  let text = "";
  let usage: Usage | undefined;
  try {
    for await (const part of context.model.stream(request, { signal: context.signal })) {
      if (part.type === "text") {
        yield { type: "token", payload: { delta: text === "" ? lead + part.delta : part.delta } };
        text += part.delta;
      } else if (part.type === "reasoning") yield { type: "reasoning", payload: { delta: part.delta } };
      else if (part.type === "tool_call") toolCalls.push({ id: part.id, name: part.name, input: part.input });
      else usage = part.usage;
    }
  } finally {
    context.spend(usage ?? (text === "" ? NO_USAGE : estimate(request, text)));
  }
  return { text, toolCalls };
}

async function* use(
  tools: readonly Tool[],
  call: ToolCall,
  context: AgentContext,
): AsyncGenerator<EventBody, ModelMessage, void> {
  const about = { tool_call_id: call.id, name: call.name };
  yield { type: "tool_start", payload: { ...about, input: call.input } };
  const { output, isError } = yield* callTool(tools, call, context, (error) => context.report(error));
  yield { type: "tool_result", payload: { ...about, output, is_error: isError } };
  return { role: "tool", toolCallId: call.id, name: call.name, output, isError };
}

/** What a call that was cut short has cost: it did not live to tell. */
const estimate = (request: ModelRequest, text: string): Usage => {
  const asked = request.messages.map((message) =>
    message.role === "tool" ? JSON.stringify(message.output) : message.content,
  );
  return { inputTokens: estimateTokens([request.system, ...asked].join("\n")), outputTokens: estimateTokens(text) };
};
