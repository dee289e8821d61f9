import { MAX_HINT_BYTES } from "../store/hints/contract.ts";
import { HINT_KINDS, type HintKind } from "./contract.ts";

/** More keys of a kind than this, or more text, go as "every key". It bounds memory, and how many messages go at once. */
const MAX_KEYS = 4_000;
const MAX_CHARS = 40_000;
/** In UTF-16 units. A longer key is sent as "every key". */
const MAX_KEY = 256;

/** Who sends a message, and its number among the sender's. */
interface Sender {
  readonly from: string;
  readonly number: number;
}
/** A message, with the keys of each kind. Null stands for every key. */
type Message = Sender & { [K in HintKind]?: (string | null)[] };

/** The hints of one kind that wait to be sent. Null: every key. */
type Keys = { readonly keys: Set<string>; chars: number } | null;

/** Hints that wait for the next message. Each is there once. */
export class PendingHints {
  readonly #kinds = new Map<HintKind, Keys>();

  get isEmpty(): boolean {
    return this.#kinds.size === 0;
  }

  add(kind: HintKind, key: string | null): void {
    const known = this.#kinds.get(kind);
    if (known === null) return;
    if (key === null || key.length > MAX_KEY) return void this.#kinds.set(kind, null);
    const { keys } = known ?? { keys: new Set<string>() };
    if (keys.has(key)) return;
    const chars = (known?.chars ?? 0) + key.length;
    if (keys.size >= MAX_KEYS || chars > MAX_CHARS) return void this.#kinds.set(kind, null);
    keys.add(key);
    if (known === undefined) this.#kinds.set(kind, { keys, chars });
    else known.chars = chars;
  }

  /**
   * Returns messages with all of them, each short enough for the store, and has none afterwards. `numbered` gives each
   * message its number.
   */
  take(from: string, numbered: () => number): readonly Message[] {
    const empty = Buffer.byteLength(JSON.stringify({ from, number: Number.MAX_SAFE_INTEGER }));
    const messages: Message[] = [];
    let message: Message | undefined;
    let bytes = 0;
    for (const [kind, found] of this.#kinds) {
      let isNew = true;
      for (const key of found === null ? [null] : found.keys) {
        // The name of the kind and its brackets, and a comma each.
        const more = Buffer.byteLength(JSON.stringify(key)) + 1;
        const frame = kind.length + 6;
        if (message === undefined || bytes + more + (isNew ? frame : 0) > MAX_HINT_BYTES) {
          message = { from, number: numbered() };
          messages.push(message);
          bytes = empty;
          isNew = true;
        }
        bytes += more + (isNew ? frame : 0);
        isNew = false;
        message[kind] ??= [];
        message[kind].push(key);
      }
    }
    this.#kinds.clear();
    return messages;
  }

  /** Takes back what could not be sent. */
  putBack(message: Message): void {
    for (const [kind, key] of keysIn(message)) this.add(kind, key);
  }
}

/** Reads a message. Null: it is none of ours. */
export const readMessage = (payload: string): Message | null => {
  let message: Partial<Message> | null;
  try {
    message = JSON.parse(payload);
  } catch {
    return null;
  }
  return typeof message?.from === "string" && typeof message.number === "number" ? (message as Message) : null;
};

/** The hints of a message. Kinds and keys that are not known are left out: another release may have sent it. */
export const keysIn = (message: Message): readonly (readonly [HintKind, string | null])[] =>
  HINT_KINDS.flatMap((kind) => {
    const keys: unknown = message[kind];
    if (!Array.isArray(keys)) return [];
    return keys.flatMap((key) => (key === null || typeof key === "string" ? [[kind, key] as const] : []));
  });
