import type { EventBody } from "../domain/event.ts";
import { NO_USAGE, type Usage } from "../domain/run.ts";
import { estimateTokens } from "../domain/tokens.ts";
import type { ModelMessage, ModelPart, ModelRequest, ToolCall } from "../models/contract.ts";
import { callTool } from "../tools/call.ts";
import type { Tool } from "../tools/contract.ts";
import type { AgentContext, Say, Speech } from "./contract.ts";

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
 * as they come, a speech for each round. Returns the text of all rounds, and the messages with everything that was said. `spoken` says that this
 * turn has answered something already, which a paragraph parts from what comes now.
 */
export async function* converse(
  { system, messages, tools }: Conversation,
  context: AgentContext,
  spoken = false,
): AsyncGenerator<EventBody | Speech, { text: string; messages: readonly ModelMessage[] }, void> {
  const said: ModelMessage[] = [...messages];
  let answer = "";
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const offered = round < MAX_ROUNDS ? tools : [];
    const lead = spoken || answer !== "" ? PARAGRAPH : "";
    const call = new ModelCall({ system, messages: [...said], tools: offered }, lead);
    try {
      yield (say) => call.relay(context, say);
    } finally {
      context.spend(call.usage());
    }
    const { text, toolCalls } = call;
    if (text !== "") answer += lead + text;
    said.push({ role: "assistant", content: text, toolCalls });
    if (toolCalls.length === 0) break;
    for (const call of toolCalls) said.push(yield* use(tools, call, context));
  }
  return { text: answer, messages: said };
}

/** One model call, and what it has said so far. `lead` goes before its first word, if it says any. */
class ModelCall {
  text = "";
  readonly toolCalls: ToolCall[] = [];
  #usage: Usage | undefined;

  constructor(
    readonly request: ModelRequest,
    private readonly lead: string,
  ) {}

  /** Says what the model says, as it comes. */
  relay(context: AgentContext, say: Say): Promise<void> {
    return context.model.answer(this.request, context, (part) => {
      const event = this.#hear(part);
      return event === null ? undefined : say(event);
    });
  }

  /** What the part says to whoever watches; null: nothing. */
  #hear(part: ModelPart): EventBody | null {
    switch (part.type) {
      case "text": {
        const delta = this.text === "" ? this.lead + part.delta : part.delta;
        this.text += part.delta;
        return { type: "token", payload: { delta } };
      }
      case "reasoning":
        return { type: "reasoning", payload: { delta: part.delta } };
      case "tool_call":
        this.toolCalls.push({ id: part.id, name: part.name, input: part.input });
        return null;
      case "finish":
        this.#usage = part.usage;
        return null;
    }
  }

  /** As the provider told it; an estimate for a call that was cut short and did not live to tell. */
  usage(): Usage {
    return this.#usage ?? (this.text === "" ? NO_USAGE : estimate(this.request, this.text));
  }
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

const estimate = (request: ModelRequest, text: string): Usage => {
  const asked = request.messages.map((message) =>
    message.role === "tool" ? JSON.stringify(message.output) : message.content,
  );
  return { inputTokens: estimateTokens([request.system, ...asked].join("\n")), outputTokens: estimateTokens(text) };
};
