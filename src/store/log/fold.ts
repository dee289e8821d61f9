import { deltaOf, type LogEvent } from "../../domain/event.ts";
import { RECORD_SEPARATOR } from "../columns.ts";
import { eventsOfParts, type FoldedAnswer, keyOf, reasoningOf } from "./message-events.ts";

/** What ends the place of a record and says how to read the rest. */
export const [TOKEN, REASONING, OTHER] = ['"', "'", "~"];
const OF_PART = "#";
export const RADIX = 36;

/** The text that a message has for deltas of one type, and how far they have come. */
interface TextPlace {
  readonly text: string;
  at: number;
}

/** Consecutive deltas of one type, not yet in a record. */
interface OpenDeltas {
  readonly type: "token" | "reasoning";
  length: number;
  seq: number;
  at: number;
}

/**
 * Folds the events of a run, added in order, into one text that has what the run's message lacks. `unfolded` makes the
 * events of both again, with one difference: consecutive deltas of a type are one event, with the seq and time of the
 * last of them. No event is joined to one before it across a seq of `cuts`: there are checkpoints, and forks end there.
 *
 * The text is one record for each event: its distance from the seq before it, a comma and the milliseconds since, in
 * base 36; then of tokens `"`, or of reasoning `'`, and how many UTF-16 units of the message they are; of an event that
 * a part of the message gives back to the letter `#`, its type, `#` and the part's index; of any other event `~`, its
 * type, `~` and its JSON. So nothing rests on what a message is made of: what it does not give back stands here.
 */
export class Fold {
  readonly #records: string[] = [];
  readonly #texts: Readonly<Record<OpenDeltas["type"], TextPlace>>;
  readonly #parts: ReadonlyMap<string, number>;
  #open: OpenDeltas | null = null;
  #seq: number;
  #at = 0;
  #length = 0;

  /** `after`: the seq before the run's first event. */
  constructor(
    { content, detail }: FoldedAnswer,
    private readonly cuts: ReadonlySet<number>,
    after: number,
  ) {
    this.#texts = { token: { text: content, at: 0 }, reasoning: { text: reasoningOf(detail), at: 0 } };
    this.#parts = eventsOfParts(detail);
    this.#seq = after;
  }

  /** The length of the text so far. */
  get length(): number {
    return this.#length;
  }

  get text(): string {
    this.#close();
    return this.#records.join(RECORD_SEPARATOR);
  }

  add(event: LogEvent): void {
    const { type, json, seq, at } = event;
    if ((type === "token" || type === "reasoning") && this.#takeDelta(type, event)) return;
    this.#close();
    const part = this.#parts.get(keyOf(type, json));
    const body =
      part === undefined ? `${OTHER}${type}${OTHER}${json}` : `${OF_PART}${type}${OF_PART}${part.toString(RADIX)}`;
    this.#record(seq, at, body);
  }

  /** False when the message does not have the delta where it should be. */
  #takeDelta(type: OpenDeltas["type"], event: LogEvent): boolean {
    const delta = deltaOf(event);
    const place = this.#texts[type];
    if (delta === null || !place.text.startsWith(delta, place.at)) return false;
    place.at += delta.length;
    if (this.#open?.type !== type) this.#close();
    this.#open = { type, length: (this.#open?.length ?? 0) + delta.length, seq: event.seq, at: event.at };
    if (this.cuts.has(event.seq)) this.#close();
    return true;
  }

  #close(): void {
    if (this.#open === null) return;
    const { type, length, seq, at } = this.#open;
    this.#open = null;
    this.#record(seq, at, (type === "token" ? TOKEN : REASONING) + length.toString(RADIX));
  }

  #record(seq: number, at: number, body: string): void {
    const record = `${(seq - this.#seq).toString(RADIX)},${(at - this.#at).toString(RADIX)}${body}`;
    this.#seq = seq;
    this.#at = at;
    this.#records.push(record);
    this.#length += record.length + 1;
  }
}
