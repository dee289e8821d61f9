import { isRecord } from "../domain/json.ts";
import type { CallDelta } from "./chat-chunk.ts";
import type { ModelMessage } from "./contract.ts";

type Fields = Record<string, unknown>;
type Assistant = Extract<ModelMessage, { role: "assistant" }>;

/** `OpaqueState.data` of the chat-completions adapter: fields of the message, and of each of its calls, in order. */
interface ChatState {
  readonly message: Readonly<Fields>;
  readonly calls: readonly Readonly<Fields>[];
}

/** The most of it that is stored, in characters of JSON. No model sends as much; a faulty server does. */
const MAX_STATE = 1024 * 1024;

/**
 * The fields of a message that servers expect back with it: `reasoning_content` (DeepSeek, Kimi), `reasoning_details`
 * (OpenRouter), `thinking_blocks` (LiteLLM), `extra_content` (Gemini), `reasoning_opaque` (Copilot) and the like.
 */
const OPAQUE_FIELD = /reason|think|thought|signature|opaque|encrypted|extra_content|provider_specific/;
/** Those of them that come once, and are not text in pieces. */
const WHOLE = /signature|opaque|encrypted/;
/** The texts in the items of a list that come in pieces. */
const PIECES: ReadonlySet<string> = new Set(["text", "summary", "thinking", "data"]);

/** Collects the opaque state of one answer from its deltas. */
export class ChatOpaque {
  readonly #message: Fields = {};
  readonly #calls: Fields[] = [];
  #size = 0;
  #isEmpty = true;

  /** Takes a field of a delta that is not read otherwise. */
  addField(name: string, value: unknown): void {
    if (!OPAQUE_FIELD.test(name)) return;
    const known = this.#message[name];
    if (typeof known === "string" && typeof value === "string" && !WHOLE.test(name)) {
      if (this.#hasRoom(value.length)) this.#message[name] = known + value;
    } else this.#add(this.#message, name, value);
  }

  /** Takes the next call's pieces with fields that are not read otherwise. */
  addCall(pieces: readonly CallDelta[]): void {
    const call: Fields = {};
    this.#calls.push(call);
    for (const { index, id, type, name, arguments: text, function: fn, ...others } of pieces) {
      for (const [field, value] of Object.entries(others)) this.#add(call, field, value);
      const inner = Object.entries(fn ?? {}).filter(([field]) => field !== "name" && field !== "arguments");
      if (inner.length > 0) this.#add(call, "function", Object.fromEntries(inner));
    }
  }

  /** Undefined when there is nothing to send back, or too much. */
  get state(): ChatState | undefined {
    if (this.#isEmpty || this.#size > MAX_STATE) return undefined;
    return { message: this.#message, calls: this.#calls };
  }

  #add(to: Fields, name: string, value: unknown): void {
    if (value === null || value === undefined || name === "__proto__") return;
    if (this.#hasRoom(name.length + (typeof value === "string" ? value.length : JSON.stringify(value).length))) {
      to[name] = merged(to[name], value);
    }
  }

  #hasRoom(length: number): boolean {
    this.#isEmpty = false;
    this.#size += length;
    return this.#size <= MAX_STATE;
  }
}

/** Lists grow, objects are joined, and of anything else the newer counts. */
const merged = (known: unknown, value: unknown): unknown => {
  if (Array.isArray(known) && Array.isArray(value)) {
    for (const item of value as unknown[]) addItem(known as unknown[], item);
    return known;
  }
  if (!isRecord(known) || !isRecord(value)) return value;
  return {
    ...known,
    ...Object.fromEntries(Object.entries(value).map(([name, next]) => [name, merged(known[name], next)])),
  };
};

/** A list of reasoning comes in pieces: a piece goes on with the last item if it is of the same kind and place. */
const addItem = (list: unknown[], item: unknown): void => {
  const last = list.at(-1);
  if (!isRecord(last) || !isRecord(item) || !isContinued(last, item)) {
    list.push(item);
    return;
  }
  const joined: Fields = { ...last };
  for (const [name, value] of Object.entries(item)) {
    const known = joined[name];
    if (PIECES.has(name) && typeof known === "string" && typeof value === "string") joined[name] = known + value;
    else if (value !== null && value !== "") joined[name] = value;
  }
  list[list.length - 1] = joined;
};

const isContinued = (last: Readonly<Fields>, item: Readonly<Fields>): boolean => {
  if (last.type !== item.type || last.index !== item.index) return false;
  if (last.id && item.id && last.id !== item.id) return false;
  return item.index !== undefined || !last.signature;
};

/**
 * Returns what to send back with a message of this model: fields of the message, and of the call at a position. Data
 * that this adapter did not make is ignored.
 */
export const givenBack = (
  { opaque }: Assistant,
  model: string,
): { readonly message: Readonly<Fields>; call(at: number): Readonly<Fields> } | undefined => {
  if (opaque?.model !== model || !isRecord(opaque.data)) return undefined;
  const { message, calls } = opaque.data;
  return {
    message: isRecord(message) ? message : {},
    call: (at) => {
      const call: unknown = Array.isArray(calls) ? calls[at] : undefined;
      return isRecord(call) ? call : {};
    },
  };
};
