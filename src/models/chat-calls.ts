import type { AnswerMeter } from "./answer-meter.ts";
import type { CallDelta, FunctionDelta } from "./chat-chunk.ts";
import type { ChatOpaque } from "./chat-opaque.ts";
import type { ModelPart } from "./contract.ts";
import { parseToolInput } from "./tool-input.ts";

interface PendingCall {
  id: string;
  name: string;
  arguments: string;
  /** Pieces with fields that are not read here: they become opaque state. */
  readonly others: CallDelta[];
}

/** The index of the one call that `function_call` can make. */
const LEGACY = -1;

/** Puts the tool calls of one answer together from their pieces. */
export class ChatCalls {
  readonly #calls: PendingCall[] = [];
  /** The last call of each index. */
  readonly #byIndex = new Map<number, PendingCall>();

  constructor(private readonly meter: AnswerMeter) {}

  /** Reads `tool_calls` of a delta or a message. */
  read(deltas: readonly CallDelta[] | CallDelta): void {
    if (this.#byIndex.has(LEGACY)) return;
    for (const delta of Array.isArray(deltas) ? (deltas as readonly CallDelta[]) : [deltas as CallDelta]) {
      this.#read(delta, indexOf(delta.index), delta.function ?? delta);
    }
  }

  /** Reads `function_call`, unless the server says the same in `tool_calls` too. */
  readLegacy(delta: FunctionDelta): void {
    if (this.#calls.length === 0 || this.#byIndex.has(LEGACY)) this.#read({}, LEGACY, delta);
  }

  /** Checks the bounds of all arguments. Throws the ModelError that ends the answer. */
  check(): void {
    for (const call of this.#calls) this.meter.checkArguments(call.arguments);
  }

  /** Returns the complete calls. Each id is unique in the answer, because results go back by it. */
  complete(newId: () => string, opaque: ChatOpaque): Extract<ModelPart, { type: "tool_call" }>[] {
    const ids = new Set<string>();
    // A piece without a name and arguments, at the end of some servers' answers, calls nothing.
    const real = this.#calls.filter(({ name, arguments: text }) => name !== "" || text !== "");
    return real.map((call) => {
      const id = call.id === "" || ids.has(call.id) ? newId() : call.id;
      ids.add(id);
      opaque.addCall(call.others);
      return { type: "tool_call", id, name: call.name, input: parseToolInput(call.arguments) };
    });
  }

  #read(delta: CallDelta, index: number | undefined, fn: FunctionDelta): void {
    const id = text(delta.id);
    const name = text(fn.name);
    const found = this.#pending(index, id, name);
    const call = found ?? this.#begin(index);
    const piece = textOfArguments(fn.arguments);
    this.meter.countArgument(piece);
    call.arguments += piece;
    if (call.id === "") {
      this.meter.countArgument(id);
      call.id = id;
    }
    if (name !== "" && name !== call.name && call.arguments === piece) {
      this.meter.countArgument(name);
      // A name may come in pieces, too, or grow from piece to piece.
      call.name = name.startsWith(call.name) ? name : call.name + name;
    }
    if (hasOthers(delta)) call.others.push(delta);
  }

  /**
   * Returns the call that a piece continues. Pieces share an index; from servers that omit it, pieces share an id, or
   * have none, and each other named piece is a call. Gemini's compatible endpoint sends all calls under index 0, each
   * with an id and a name of its own; others do so without ids.
   */
  #pending(index: number | undefined, id: string, name: string): PendingCall | undefined {
    if (index !== undefined) {
      const call = this.#byIndex.get(index);
      if (call === undefined || name === "") return call;
      const isOther = id === "" ? name !== call.name && isWhole(call.arguments) : call.id !== "" && call.id !== id;
      return isOther ? undefined : call;
    }
    const last = this.#calls.at(-1);
    if (id !== "") return this.#calls.findLast((call) => call.id === id) ?? (name === "" ? last : undefined);
    return name === "" || (name === last?.name && last.arguments !== "" && !isWhole(last.arguments)) ? last : undefined;
  }

  #begin(index: number | undefined): PendingCall {
    this.meter.countCall();
    const call: PendingCall = { id: "", name: "", arguments: "", others: [] };
    this.#calls.push(call);
    if (index !== undefined) this.#byIndex.set(index, call);
    return call;
  }
}

/** Longest arguments that are parsed to see whether they are whole, which every piece may ask. */
const MAX_TRIED = 4096;

/** Whether these are a call's whole arguments, so that more of them belong to another call. */
const isWhole = (text: string): boolean =>
  /\}\s*$/.test(text.slice(-64)) && (text.length > MAX_TRIED || typeof parseToolInput(text) !== "string");

const text = (value: unknown): string => {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : "";
};

const textOfArguments = (value: unknown): string => {
  if (value !== null && typeof value === "object") return JSON.stringify(value);
  return text(value);
};

const indexOf = (value: unknown): number | undefined => {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
};

const CALL_FIELDS: ReadonlySet<string> = new Set(["index", "id", "type", "function", "name", "arguments"]);
const FUNCTION_FIELDS: ReadonlySet<string> = new Set(["name", "arguments"]);

/** Whether a piece has fields that are not read here. */
const hasOthers = (delta: CallDelta): boolean => {
  for (const name in delta) if (!CALL_FIELDS.has(name)) return true;
  for (const name in delta.function) if (!FUNCTION_FIELDS.has(name)) return true;
  return false;
};
