import type { ToolCallPart } from "../domain/answer.ts";
import type { EndedTurn, RoundState } from "../domain/turn.ts";
import type { ModelMessage } from "../models/contract.ts";
import { FILLER, wellFormed } from "./well-formed.ts";

/** Separates the model's text before and after a tool call. */
export const PARAGRAPH = "\n\n";

/**
 * Returns a turn as messages for a model: the question, then each of the model's answers with its tool calls and their
 * results. However the turn ended, it begins with the user and ends with the assistant. A text that was cut off stands
 * as it is; a turn without a last text ends with a filler.
 */
export const turnMessages = (turn: EndedTurn): readonly ModelMessage[] =>
  wellFormed([{ role: "user", content: turn.question, images: turn.images }, ...answerMessages(turn)]);

const answerMessages = ({ content, parts, rounds }: EndedTurn): readonly ModelMessage[] => {
  const messages: ModelMessage[] = [];
  const text = new TextReader(content);
  for (let at = 0; at < parts.length; ) {
    const part = parts[at];
    if (part?.type !== "tool_call") {
      text.read(part?.length ?? 0);
      at++;
      continue;
    }
    const calls = callsOfRound(parts, at);
    at += calls.length;
    messages.push({
      role: "assistant",
      content: text.take(messages.length > 0),
      toolCalls: calls.map(({ tool_call_id: id, name, input }) => ({ id, name, input })),
      // The last: an attempt may have died before the calls of the one before it began, and the model gave the same ids.
      ...withState(rounds.findLast((round) => isOf(round, calls))),
    });
    for (const { tool_call_id: toolCallId, name, output, is_error: isError = false } of calls) {
      if (output !== undefined) messages.push({ role: "tool", toolCallId, name, output, isError });
    }
  }
  // An answer that was stored without detail has no parts, and all of its text is left.
  text.read(content.length);
  const hasCalls = messages.length > 0;
  messages.push({
    role: "assistant",
    content: text.take(hasCalls) || FILLER.assistant,
    toolCalls: [],
    ...withState(hasCalls ? rounds.findLast(({ calls }) => calls.length === 0) : undefined),
  });
  return messages;
};

/** In logs of earlier releases no call has a round: those with no text in between count as one. */
const callsOfRound = (parts: EndedTurn["parts"], from: number): readonly ToolCallPart[] => {
  const calls: ToolCallPart[] = [];
  for (const part of parts.slice(from)) {
    if (part.type !== "tool_call" || (calls[0] ?? part).round !== part.round) break;
    calls.push(part);
  }
  return calls;
};

/** A turn that was cut off may lack the last of a round's calls. */
const isOf = (round: RoundState, calls: readonly ToolCallPart[]): boolean =>
  round.calls.length >= calls.length && calls.every(({ tool_call_id }, at) => round.calls[at] === tool_call_id);

const withState = (round: RoundState | undefined) =>
  round === undefined ? {} : { opaque: { model: round.model, data: round.data } };

/** Reads an answer's text by the lengths of its parts. */
class TextReader {
  #at = 0;
  #read = 0;

  constructor(private readonly content: string) {}

  read(length: number): void {
    this.#read += length;
  }

  /** Returns what was read since the last time. `isLater`: a tool call came before it. */
  take(isLater: boolean): string {
    const text = this.content.slice(this.#at, this.#read);
    this.#at = this.#read;
    return isLater && text.startsWith(PARAGRAPH) ? text.slice(PARAGRAPH.length) : text;
  }
}
