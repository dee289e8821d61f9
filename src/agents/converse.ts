import type { EventBody } from "../domain/event.ts";
import { NO_USAGE, type Usage } from "../domain/run.ts";
import { AnswerMeter } from "../models/answer-meter.ts";
import { ModelError, type ModelMessage, type ModelPart, type ModelRequest, type ToolCall } from "../models/contract.ts";
import { estimateUsage } from "../models/usage.ts";
import { callTool } from "../tools/call-tool.ts";
import type { Tool } from "../tools/contract.ts";
import type { AgentContext, Emit, Producer } from "./contract.ts";

/** The most model calls in one conversation, unless it says otherwise. */
export const MAX_ROUNDS = 16;

/** Separates the model's text before and after a tool call. */
const PARAGRAPH = "\n\n";

/** What to ask a model. A setting that is omitted is the run's (`AgentContext.settings`). */
export interface Conversation extends Omit<ModelRequest, "tools"> {
  readonly tools: readonly Tool[];
  /**
   * The most model calls, at least 1. The last is made without tools, so that the model has to answer. Defaults to
   * `MAX_ROUNDS`.
   */
  readonly maxRounds?: number;
}

/**
 * Calls the model, then the tools that it requests, and repeats until it answers. Text is emitted as it arrives,
 * through one producer for each round. Returns the text of all rounds, and the messages including everything that was
 * added. `hasEmittedText`: this turn has emitted text already, so a paragraph break comes before the next text. All
 * rounds together may hold no more than one answer may.
 */
export async function* converse(
  { messages, tools, toolChoice, maxRounds = MAX_ROUNDS, ...request }: Conversation,
  context: AgentContext,
  hasEmittedText = false,
): AsyncGenerator<EventBody | Producer, { text: string; messages: readonly ModelMessage[] }, void> {
  const exchange: ModelMessage[] = [...messages];
  const meter = new AnswerMeter();
  let answer = "";
  for (let round = 1; round <= maxRounds; round++) {
    const offered = round < maxRounds ? tools : [];
    const lead = hasEmittedText || answer !== "" ? PARAGRAPH : "";
    const choice = offered.length > 0 && round === 1 ? toolChoice : undefined;
    const call = new ModelCall(
      {
        ...context.settings,
        ...request,
        ...(choice !== undefined && { toolChoice: choice }),
        messages: [...exchange],
        tools: offered,
      },
      lead,
      meter,
    );
    try {
      yield (emit) => call.relay(context, emit);
    } catch (error) {
      if (error instanceof ModelError) call.charge(error.usage);
      throw error;
    } finally {
      context.spend(call.usage());
    }
    const { text, toolCalls } = call;
    if (text !== "") answer += lead + text;
    exchange.push({ role: "assistant", content: text, toolCalls });
    if (toolCalls.length === 0) break;
    for (const call of toolCalls) exchange.push(yield* runTool(tools, call, context));
  }
  return { text: answer, messages: exchange };
}

/** One model call and what it has produced so far. `lead` is put before its first text, if there is any. */
class ModelCall {
  text = "";
  readonly toolCalls: ToolCall[] = [];
  #usage: Usage | undefined;
  /** What the calls before have produced. */
  readonly #tokensBefore: number;

  constructor(
    readonly request: ModelRequest,
    private readonly lead: string,
    private readonly meter: AnswerMeter,
  ) {
    this.#tokensBefore = meter.tokens;
  }

  /** Emits the model's parts as they arrive. */
  relay(context: AgentContext, emit: Emit): Promise<void> {
    return context.model.answer(this.request, context, (part) => {
      const event = this.#eventOf(part);
      return event === null ? undefined : emit(event);
    });
  }

  /** Returns the event of a part for readers. Null when it has none. */
  #eventOf(part: ModelPart): EventBody | null {
    switch (part.type) {
      case "text": {
        this.meter.countText("text", part.delta);
        const delta = this.text === "" ? this.lead + part.delta : part.delta;
        this.text += part.delta;
        return { type: "token", payload: { delta } };
      }
      case "reasoning":
        this.meter.countText("reasoning", part.delta);
        return { type: "reasoning", payload: { delta: part.delta } };
      case "tool_call":
        this.meter.countCall();
        for (const text of [part.id, part.name, JSON.stringify(part.input) ?? ""]) this.meter.countArgument(text);
        this.toolCalls.push({ id: part.id, name: part.name, input: part.input });
        return null;
      case "finish":
        this.#usage = part.usage;
        return null;
    }
  }

  /** Sets what a call that failed has cost, as far as that is known. */
  charge(usage: Usage | undefined): void {
    this.#usage ??= usage;
  }

  /** Returns the usage that the provider reported, or an estimate for a call that was cut short before the report. */
  usage(): Usage {
    const tokens = this.meter.tokens - this.#tokensBefore;
    return this.#usage ?? (tokens === 0 ? NO_USAGE : estimateUsage(this.request, tokens));
  }
}

async function* runTool(
  tools: readonly Tool[],
  call: ToolCall,
  context: AgentContext,
): AsyncGenerator<EventBody, ModelMessage, void> {
  const toolCallId = context.callId(call.id);
  const about = { tool_call_id: toolCallId, name: call.name };
  yield { type: "tool_start", payload: { ...about, input: call.input } };
  const callContext = { ...context, toolCallId, idempotencyKey: `${context.runId}:${toolCallId}` };
  const { output, isError } = yield* callTool(tools, call, callContext, (error) => context.report(error));
  yield { type: "tool_result", payload: { ...about, output, is_error: isError } };
  return { role: "tool", toolCallId: call.id, name: call.name, output, isError };
}
