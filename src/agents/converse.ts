import type { EventBody } from "../domain/event.ts";
import { storable } from "../domain/text.ts";
import { AnswerMeter } from "../models/answer-meter.ts";
import { ModelError, type ModelMessage, type ModelRequest } from "../models/contract.ts";
import type { ToolOutcome } from "../tools/call-tool.ts";
import type { Tool } from "../tools/contract.ts";
import { callTools } from "./call-tools.ts";
import type { AgentContext, Producer } from "./contract.ts";
import { Exchange } from "./exchange.ts";
import { ModelCall } from "./model-call.ts";
import { PARAGRAPH } from "./turn-messages.ts";

/** The most model calls in one conversation, unless it says otherwise. */
export const MAX_ROUNDS = 16;

/** What to ask a model. A setting that is omitted is the run's (`AgentContext.settings`). */
export interface Conversation extends Omit<ModelRequest, "tools"> {
  /** In any order: they are made well formed before a model receives them. */
  readonly messages: readonly ModelMessage[];
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
 *
 * The opaque state of an answer is stored before the next call, so that another attempt at the run has it.
 */
export async function* converse(
  conversation: Conversation,
  context: AgentContext,
  hasEmittedText = false,
): AsyncGenerator<EventBody | Producer, { text: string; messages: readonly ModelMessage[] }, void> {
  const { tools, maxRounds = MAX_ROUNDS } = conversation;
  const exchange = new Exchange(conversation.messages);
  const meter = new AnswerMeter();
  let answer = "";
  for (let round = 1; ; round++) {
    const isLast = round >= maxRounds;
    const lead = hasEmittedText || answer !== "" ? PARAGRAPH : "";
    const request = requestOf(conversation, context, { round, isLast, messages: exchange.messages });
    const call = new ModelCall(request, lead, meter);
    try {
      yield (emit) => call.relay(context, emit);
    } catch (error) {
      if (error instanceof ModelError) call.charge(error.usage);
      throw error;
    } finally {
      context.spend(call.usage());
    }
    const { toolCalls, opaque, reason } = call;
    // As the journal stores what was emitted of it.
    const text = storable(call.text);
    context.answered(reason);
    if (text !== "") answer += lead + text;
    if (toolCalls.length === 0 || isLast) {
      // Without a tool call in the turn, no model wants anything back.
      if (opaque !== undefined && exchange.hasRounds) void context.saveRound({ calls: [], ...opaque });
      exchange.add({ text, toolCalls: [], opaque, outcomes: [] });
      return { text: answer, messages: exchange.messages };
    }
    const calls = toolCalls.map((call) => ({ call, toolCallId: context.callId(call.id) }));
    const isSaved = opaque && context.saveRound({ calls: calls.map(({ toolCallId }) => toolCallId), ...opaque });
    let outcomes: readonly ToolOutcome[] = [];
    yield async (emit) => {
      outcomes = await callTools(calls, tools, context, emit);
    };
    exchange.add({ text, toolCalls, opaque, outcomes });
    if (isSaved !== undefined) await isSaved;
  }
}

const requestOf = (
  { tools, toolChoice, parallelToolCalls, maxRounds: _, ...request }: Conversation,
  { settings }: AgentContext,
  now: { readonly round: number; readonly isLast: boolean; readonly messages: readonly ModelMessage[] },
): ModelRequest => {
  const full = { ...settings, ...request, messages: now.messages };
  if (now.isLast || tools.length === 0) return { ...full, tools: [] };
  // A model that must call a tool every time would never answer.
  const isForced = toolChoice !== "auto" && toolChoice !== "none";
  return {
    ...full,
    tools,
    ...(toolChoice !== undefined && !(isForced && now.round > 1) && { toolChoice }),
    ...(parallelToolCalls !== undefined && { parallelToolCalls }),
  };
};
