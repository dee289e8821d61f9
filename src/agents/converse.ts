import type { EventBody } from "../domain/event.ts";
import { storable } from "../domain/text.ts";
import type { RoundState } from "../domain/turn.ts";
import { AnswerMeter } from "../models/answer-meter.ts";
import { ModelError, type ModelMessage, type ModelRequest, type OpaqueState } from "../models/contract.ts";
import type { ToolOutcome } from "../tools/call-tool.ts";
import { asMade, callTools, type LoggedCall } from "./call-tools.ts";
import type { ConversationOptions, ConversationResult } from "./context.ts";
import type { AgentContext, NodeContext, Producer } from "./contract.ts";
import { Exchange } from "./exchange.ts";
import { ModelCall } from "./model-call.ts";
import type { EarlierAnswer } from "./resume/replay.ts";
import { checkTools } from "./tool-mistakes.ts";
import { trust } from "./trusted.ts";
import { PARAGRAPH } from "./turn-messages.ts";

/** The most model calls in one conversation, unless it says otherwise. */
export const MAX_ROUNDS = 16;

/**
 * Calls the model, then the tools that it requests, and repeats until it answers. Text is emitted as it arrives,
 * through one producer for each round. All rounds together may hold no more than one answer may.
 *
 * Each round that calls tools is stored before its calls are made, with the opaque state of the answer. Another attempt
 * at the run goes through the same rounds without calling the model, and lets it go on with an answer that was cut off.
 */
export async function* converse(
  conversation: ConversationOptions,
  given: ConversationContext,
  { hasEmittedText = false }: ConversationPlace = NEW_TEXT,
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
    const earlier = context.replay?.nextAnswer() ?? null;
    const repeated = earlier?.round ?? null;
    if (earlier !== null && earlier.text !== "") {
      // The log has it: this only tells the replay how far the node has come.
      yield { type: "token", payload: { delta: earlier.text } };
      call.goOnFrom(earlier.text);
    }
    if (repeated === null) {
      context.spend(call.usageBefore());
      try {
        yield trust((emit) => call.relay(context, emit));
      } catch (error) {
        if (error instanceof ModelError) call.charge(error.usage);
        throw error;
      } finally {
        context.spend(call.usage());
      }
      context.answered(call.reason);
    }
    // As the journal stores what was emitted of it.
    const text = storable(call.text);
    if (text !== "") answer += lead + text;
    const { opaque, calls } = repeated === null ? answered(call, context) : again(repeated);
    if (calls.length === 0 || isLast) {
      // Without a tool call in the turn, no model wants anything back.
      const isWanted = opaque !== undefined && exchange.hasRounds;
      if (repeated === null && isWanted) context.saveRound(roundOf([], context, opaque));
      else if (repeated === null) context.saveEnd?.(roundOf([], context, undefined));
      exchange.add({ text, toolCalls: [], opaque, outcomes: [] });
      return { text: answer, messages: exchange.messages };
    }
    if (repeated === null) context.saveRound(roundOf(calls, context, opaque));
    let outcomes: readonly ToolOutcome[] = [];
    yield trust(async (emit) => {
      outcomes = await callTools(calls, tools, context, emit);
    });
    exchange.add({ text, toolCalls: calls.map((call) => asMade(call, context)), opaque, outcomes });
  }
}

/** Shared, as most conversations are the first text of their turn. */
const NEW_TEXT: ConversationPlace = {};

/** What a conversation needs of its node. */
export type ConversationContext = AgentContext & Partial<Pick<NodeContext, "replay" | "saveEnd">>;

/** Where in its turn a conversation takes place. */
interface ConversationPlace {
  /** The turn has emitted text already, so a paragraph break comes before the next text. Defaults to false. */
  readonly hasEmittedText?: boolean;
}

interface AnsweredCalls {
  readonly opaque: OpaqueState | undefined;
  readonly calls: readonly LoggedCall[];
}

const answered = ({ toolCalls, opaque }: ModelCall, context: AgentContext): AnsweredCalls => ({
  opaque,
  calls: toolCalls.map((call) => ({ call, toolCallId: context.callId(call.id) })),
});

const again = ({ opaque, calls }: NonNullable<EarlierAnswer["round"]>): AnsweredCalls => ({
  opaque,
  calls: calls.map(({ tool_call_id: id, name, input, approval, result, wasResolved }) => ({
    call: { id, name, input },
    toolCallId: id,
    earlier: result === undefined ? "unknown" : { output: result.output, isError: result.is_error },
    ...(approval === true && { approval: wasResolved ? "resolved" : "requested" }),
  })),
});

const roundOf = (
  calls: readonly LoggedCall[],
  { model }: AgentContext,
  opaque: OpaqueState | undefined,
): RoundState => ({
  calls: calls.map(({ toolCallId }) => toolCallId),
  model: opaque?.model ?? model.id,
  data: opaque?.data ?? null,
});

const endedBy = (signal: AbortSignal, context: ConversationContext): ConversationContext => ({
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
