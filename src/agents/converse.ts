import type { EventBody } from "../domain/event.ts";
import { storable } from "../domain/text.ts";
import { AnswerMeter } from "../models/answer-meter.ts";
import { ModelError, type ModelMessage, type ModelRequest } from "../models/contract.ts";
import type { ToolOutcome } from "../tools/call-tool.ts";
import { callTools } from "./call-tools.ts";
import type { ConversationOptions, ConversationResult } from "./context.ts";
import type { AgentContext, Producer } from "./contract.ts";
import { Exchange } from "./exchange.ts";
import { ModelCall } from "./model-call.ts";
import { checkTools } from "./tool-mistakes.ts";
import { trust } from "./trusted.ts";
import { PARAGRAPH } from "./turn-messages.ts";

/** The most model calls in one conversation, unless it says otherwise. */
export const MAX_ROUNDS = 16;

/**
 * Calls the model, then the tools that it requests, and repeats until it answers. Text is emitted as it arrives,
 * through one producer for each round. `hasEmittedText`: this turn has emitted text already, so a paragraph break comes
 * before the next text. All rounds together may hold no more than one answer may.
 *
 * The opaque state of an answer is stored before the next call, so that another attempt at the run has it.
 */
export async function* converse(
  conversation: ConversationOptions,
  given: AgentContext,
  hasEmittedText = false,
): AsyncGenerator<EventBody | Producer, ConversationResult, void> {
  const { tools = given.tools, maxRounds = MAX_ROUNDS } = conversation;
  const context = conversation.signal === undefined ? given : endedBy(conversation.signal, given);
  context.signal.throwIfAborted();
  if (tools !== given.tools) checkTools(tools);
  const exchange = new Exchange(conversation.messages ?? (await turnOf(context)));
  const meter = new AnswerMeter();
  let answer = "";
  for (let round = 1; ; round++) {
    const isLast = round >= maxRounds;
    const lead = hasEmittedText || answer !== "" ? PARAGRAPH : "";
    const request = requestOf(conversation, context, {
      tools: isLast ? [] : tools,
      round,
      messages: exchange.messages,
    });
    const call = new ModelCall(request, lead, meter);
    try {
      yield trust((emit) => call.relay(context, emit));
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
    yield trust(async (emit) => {
      outcomes = await callTools(calls, tools, context, emit);
    });
    exchange.add({ text, toolCalls, opaque, outcomes });
    if (isSaved !== undefined) await isSaved;
  }
}

const endedBy = (signal: AbortSignal, context: AgentContext): AgentContext => ({
  ...context,
  signal: AbortSignal.any([context.signal, signal]),
});

/** The conversation before this turn, and the turn's message. */
const turnOf = async ({ input, history }: AgentContext): Promise<readonly ModelMessage[]> => [
  ...(await history()),
  { role: "user", content: input.message, images: input.images },
];

const requestOf = (
  { tools: _, toolChoice, parallelToolCalls, maxRounds: __, signal: ___, ...request }: ConversationOptions,
  { settings }: AgentContext,
  { tools, round, messages }: Pick<ModelRequest, "tools" | "messages"> & { readonly round: number },
): ModelRequest => {
  const full = { ...settings, ...request, messages, tools };
  if (tools.length === 0) return full;
  // A model that must call a tool every time would never answer.
  const isForced = toolChoice !== "auto" && toolChoice !== "none";
  return {
    ...full,
    ...(toolChoice !== undefined && !(isForced && round > 1) && { toolChoice }),
    ...(parallelToolCalls !== undefined && { parallelToolCalls }),
  };
};
