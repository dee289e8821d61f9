import type { LanguageModelV4Message, SharedV4ProviderMetadata } from "@ai-sdk/provider";
import { isRecord } from "../domain/json.ts";
import type { ModelMessage } from "./contract.ts";
import { toolInputObject } from "./tool-input.ts";

type Assistant = Extract<ModelMessage, { role: "assistant" }>;
type Content = Extract<LanguageModelV4Message, { role: "assistant" }>["content"];
type Options = SharedV4ProviderMetadata;

/**
 * A part of an answer with the metadata that its provider gave it: signatures, encrypted reasoning, ids of items. A text
 * is named by its length, and a call by its position, because the message holds them.
 */
type StatePart =
  | { type: "reasoning"; text: string; options?: Options }
  | { type: "text"; length: number; options?: Options }
  | { type: "call"; options?: Options };

/** The most of it that is stored, in characters of JSON. No model sends as much; a faulty server does. */
const MAX_STATE = 1024 * 1024;

/** Collects the parts of one answer, in order, with their metadata. What was collected is `OpaqueState.data`. */
export class SdkState {
  readonly #parts: StatePart[] = [];
  /** The parts that have begun, by the SDK's ids. */
  readonly #open = new Map<string, StatePart>();

  begin(type: "text" | "reasoning", id: string, metadata: Options | undefined): void {
    const part: StatePart = type === "text" ? { type, length: 0 } : { type, text: "" };
    this.#parts.push(part);
    this.#open.set(id, part);
    add(part, metadata);
  }

  /** Takes a piece of a part, or its end: metadata may come with each. */
  goOn(id: string, delta: string, metadata: Options | undefined): void {
    const part = this.#open.get(id);
    if (part === undefined) return;
    if (part.type === "text") part.length += delta.length;
    if (part.type === "reasoning") part.text += delta;
    add(part, metadata);
  }

  call(metadata: Options | undefined): void {
    const part: StatePart = { type: "call" };
    this.#parts.push(part);
    add(part, metadata);
  }

  /** Everything, for the continuation of a paused answer. */
  get all(): { readonly parts: readonly StatePart[] } {
    return { parts: this.#parts };
  }

  /**
   * Undefined when the provider sent nothing with reasoning or a call, or too much. Reasoning before a call counts
   * without metadata, too: some providers expect its text back.
   */
  get data(): { readonly parts: readonly StatePart[] } | undefined {
    const has = (type: StatePart["type"]) => this.#parts.some((part) => part.type === type);
    const isSigned = this.#parts.some(({ type, options }) => type !== "text" && options !== undefined);
    if (!isSigned && !(has("reasoning") && has("call"))) return undefined;
    return JSON.stringify(this.all).length > MAX_STATE ? undefined : this.all;
  }
}

/** Of an object in both, the newer fields count. */
const add = (part: StatePart, metadata: Options | undefined): void => {
  if (metadata === undefined) return;
  const options: Options = { ...part.options };
  for (const [provider, fields] of Object.entries(metadata)) options[provider] = { ...options[provider], ...fields };
  part.options = options;
};

/**
 * Returns the content of an assistant message for the SDK, with the opaque state of this model. Data that this adapter did
 * not make is ignored, and so is the order of parts that do not add up to the message.
 */
export const assistantContent = (message: Assistant, model: string): Content => {
  const parts = message.opaque?.model === model ? partsIn(message.opaque.data) : [];
  const calls = parts.filter(({ type }) => type === "call");
  const texts = parts.filter((part) => part.type === "text");
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  if (length === message.content.length && calls.length === message.toolCalls.length) return inOrder(parts, message);
  return inOrder(
    [
      ...parts.filter(({ type }) => type === "reasoning"),
      { type: "text", length: message.content.length },
      ...message.toolCalls.map((_, at) => calls[at] ?? { type: "call" as const }),
    ],
    message,
  );
};

const inOrder = (parts: readonly StatePart[], { content, toolCalls }: Assistant): Content => {
  let from = 0;
  let at = 0;
  return parts.flatMap((part): Content => {
    const providerOptions = part.options && { providerOptions: part.options };
    if (part.type === "reasoning") return [{ type: "reasoning", text: part.text, ...providerOptions }];
    if (part.type === "call") {
      const call = toolCalls[at++];
      if (call === undefined) return [];
      const { id: toolCallId, name: toolName } = call;
      return [{ type: "tool-call", toolCallId, toolName, input: toolInputObject(call.input), ...providerOptions }];
    }
    const text = content.slice(from, from + part.length);
    from += part.length;
    // Anthropic refuses empty text; Gemini puts a signature there.
    return text === "" && part.options === undefined ? [] : [{ type: "text", text, ...providerOptions }];
  });
};

const partsIn = (data: unknown): readonly StatePart[] =>
  isRecord(data) && Array.isArray(data.parts) && data.parts.every(isPart) ? data.parts : [];

const isPart = (part: unknown): part is StatePart => {
  if (!isRecord(part) || !(part.options === undefined || isOptions(part.options))) return false;
  if (part.type === "reasoning") return typeof part.text === "string";
  if (part.type === "text") return Number.isSafeInteger(part.length) && Number(part.length) >= 0;
  return part.type === "call";
};

const isOptions = (options: unknown): boolean => isRecord(options) && Object.values(options).every(isRecord);
