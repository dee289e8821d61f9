import { MAX_IMAGES } from "../domain/image.ts";
import { beginning } from "../domain/text.ts";
import { tokensIn } from "../domain/tokens.ts";
import type { EndedTurn } from "../domain/turn.ts";
import type { ModelMessage } from "../models/contract.ts";
import { turnMessages } from "./turn-messages.ts";
import { wellFormed } from "./well-formed.ts";

/** The most of a tool's result, in characters of its JSON. A tool of ours returns no more. */
const MAX_RESULT = 20_000;
/** How much of a long result stays when it is shortened. */
const SHORT_RESULT = 1_000;

type Messages = readonly ModelMessage[];

/**
 * Returns the newest turns as messages for a model, well formed for any server: as many whole turns as fit in
 * `maxTokens`, by estimate. `turns` is in order, oldest first. When not all of them fit, long tool results are
 * shortened, those of the oldest turns first, before a turn is left out. The newest pictures come along, as many as may
 * come with one question; a message has all of its pictures or none.
 */
export const historyOf = (turns: readonly EndedTurn[], maxTokens: number): Messages => {
  let left = maxTokens;
  const newestFirst: Turn[] = [];
  for (const ended of turns.toReversed()) {
    const turn = turnOf(turnMessages(ended).map((message) => shortened(message, MAX_RESULT)));
    if (turn.shortTokens > left) break;
    left -= turn.shortTokens;
    newestFirst.push(turn);
  }
  const chosen = newestFirst.map(({ whole, short, tokens, shortTokens }) => {
    if (tokens - shortTokens > left) return short;
    left -= tokens - shortTokens;
    return whole;
  });
  return wellFormed(withNewestImages(chosen.flatMap((messages) => messages.toReversed())).toReversed());
};

/** Returns the user's messages, oldest first. */
export const questionsIn = (history: Messages): readonly string[] =>
  history.flatMap((message) => (message.role === "user" ? [message.content] : []));

/** Estimates what a message takes of a model's context. Ids and pictures are not counted. */
export const tokensOf = (message: ModelMessage): number => {
  if (message.role === "user") return tokensIn(message.content);
  if (message.role === "tool") return tokensIn(json(message.output));
  const calls = message.toolCalls.map(({ name, input }) => name + json(input));
  return [message.content, ...calls, message.opaque === undefined ? "" : json(message.opaque.data)]
    .map(tokensIn)
    .reduce((sum, tokens) => sum + tokens, 0);
};

/** A turn, whole and with its long tool results shortened. */
interface Turn {
  readonly whole: Messages;
  readonly tokens: number;
  readonly short: Messages;
  readonly shortTokens: number;
}

const turnOf = (whole: Messages): Turn => {
  const short = whole.map((message) => shortened(message, SHORT_RESULT));
  return { whole, short, tokens: sum(whole), shortTokens: sum(short) };
};

const sum = (messages: Messages): number => messages.reduce((tokens, message) => tokens + tokensOf(message), 0);

const shortened = (message: ModelMessage, length: number): ModelMessage => {
  if (message.role !== "tool") return message;
  const text = typeof message.output === "string" ? message.output : json(message.output);
  if (text.length <= length + MARK.length) return message;
  return { ...message, output: `${beginning(text, length)}${MARK}` };
};

/** Tells the model why the result ends there. */
const MARK = " … (The rest of this result is left out.)";

const withNewestImages = (newestFirst: Messages): Messages => {
  let left = MAX_IMAGES;
  return newestFirst.map((message) => {
    if (message.role !== "user") return message;
    left -= message.images.length;
    return left >= 0 ? message : { ...message, images: [] };
  });
};

const json = (value: unknown): string => JSON.stringify(value ?? null) ?? "null";
