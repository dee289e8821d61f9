import type { ModelMessage, ToolCall } from "../models/contract.ts";
import { UniqueIds } from "./call-ids.ts";

type AssistantMessage = Extract<ModelMessage, { role: "assistant" }>;
type ToolMessage = Extract<ModelMessage, { role: "tool" }>;

/** Stands in for a message that the order requires and that does not exist. */
export const FILLER = { user: "(No message.)", assistant: "(No answer.)" } as const;
/** The result of a call whose turn ended before the tool had answered. */
export const CUT_OFF = { error: "The call was cut off before it had a result." } as const;

/** Separates two messages of one role that become one. */
const PARAGRAPH = "\n\n";
/** OpenAI accepts call ids of up to 40 characters, a number that makes one unique included, and names of up to 64. */
const ID = /^[\w-]{1,36}$/;
const NAME = /^[\w-]{1,64}$/;

/**
 * Returns the messages in the form that the strictest server accepts. They begin with the user, and the roles
 * alternate. No message is empty. An assistant's calls are followed by their results, one each, in the order of the calls,
 * and then by the assistant again. Call ids are unique, and none is in `reserved`. Mistral, Gemma, Anthropic and Gemini
 * each refuse every later call of a thread that breaks one of these rules.
 *
 * Two messages of one role become one; where an empty message stood between them, a filler keeps them apart. A call
 * without a result gets `CUT_OFF`; a result without a call is left out. Messages that are well formed stay the same.
 */
export const wellFormed = (
  messages: readonly ModelMessage[],
  reserved: ReadonlySet<string> = new Set(),
): readonly ModelMessage[] => {
  const ordered = new Order(new UniqueIds("_", reserved));
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at];
    if (message === undefined || message.role === "tool") continue;
    if (message.role === "user") ordered.addUser(message.content, message.images);
    else ordered.addAssistant(message, resultsAfter(messages, at));
  }
  return ordered.messages;
};

const resultsAfter = (messages: readonly ModelMessage[], at: number): ToolMessage[] => {
  const results: ToolMessage[] = [];
  for (let next = messages[at + 1]; next?.role === "tool"; next = messages[at + 1 + results.length]) results.push(next);
  return results;
};

class Order {
  readonly messages: ModelMessage[] = [];
  /** The role that had an empty message since the last one. */
  #empty: "user" | "assistant" | undefined;

  constructor(private readonly ids: UniqueIds) {}

  addUser(content: string, images: readonly string[]): void {
    if (isBlank(content) && images.length === 0) {
      this.#empty = "user";
      return;
    }
    const last = this.messages.at(-1);
    if (last?.role === "tool" || (last?.role === "user" && this.#empty === "assistant")) this.#fill("assistant");
    else if (last?.role === "user") {
      this.messages.pop();
      this.#push({ ...last, content: joined(last.content, content), images: [...last.images, ...images] });
      return;
    }
    this.#push({ role: "user", content, images });
  }

  addAssistant(message: AssistantMessage, results: readonly ToolMessage[]): void {
    const content = isBlank(message.content) ? "" : message.content;
    if (content === "" && message.toolCalls.length === 0) {
      this.#empty = "assistant";
      return;
    }
    const last = this.messages.at(-1);
    // A message with calls is never the last: their results follow it.
    const isJoined = last?.role === "assistant" && this.#empty !== "user";
    if (isJoined) this.messages.pop();
    else if (last === undefined || last.role === "assistant") this.#fill("user");
    const { opaque = isJoined ? last.opaque : undefined } = message;
    const toolCalls = message.toolCalls.map((call) => this.#safeCall(call, message.opaque !== undefined));
    this.#push({
      role: "assistant",
      content: isJoined ? joined(last.content, content) : content,
      toolCalls,
      ...(opaque !== undefined && { opaque }),
    });
    const left = [...results];
    for (const [at, call] of message.toolCalls.entries()) {
      const found = left.findIndex(({ toolCallId }) => toolCallId === call.id);
      const [result] = found < 0 ? [] : left.splice(found, 1);
      const { id: toolCallId, name } = toolCalls[at] ?? call;
      const { output, isError } = result ?? { output: CUT_OFF, isError: true };
      this.#push({ role: "tool", toolCallId, name, output, isError });
    }
  }

  /** `isOwn`: the model that gave the id receives it again, so that it may be of any form. */
  #safeCall({ id, name, input }: ToolCall, isOwn: boolean): ToolCall {
    return { id: this.ids.take(isOwn || ID.test(id) ? id : safe(id, 36)), name: safeName(name), input };
  }

  #fill(role: "user" | "assistant"): void {
    if (role === "user") this.#push({ role, content: FILLER.user, images: [] });
    else this.#push({ role, content: FILLER.assistant, toolCalls: [] });
  }

  #push(message: ModelMessage): void {
    this.messages.push(message);
    this.#empty = undefined;
  }
}

/** A name that a model made up may have any characters, and servers refuse it when it comes back. */
export const safeName = (name: string): string => (NAME.test(name) ? name : safe(name, 64));

const safe = (text: string, length: number): string => text.slice(0, length).replace(/[^\w-]/g, "_") || "unknown";

/** Anthropic refuses a message of white space as it refuses an empty one. */
const isBlank = (text: string): boolean => text.trim() === "";

const joined = (before: string, after: string): string => [before, after].filter((text) => text !== "").join(PARAGRAPH);
