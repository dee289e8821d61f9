import { deltaOf, type EventType, type LogEvent } from "../../domain/event.ts";
import { RECORD_SEPARATOR } from "../columns.ts";
import { OTHER, RADIX, REASONING, TOKEN } from "./fold.ts";
import { type FoldedAnswer, jsonOf, reasoningOf } from "./message-events.ts";
import type { SeqRange } from "./seq-ranges.ts";

const HEAD = /^([0-9a-z]+),(-?[0-9a-z]+)(["'#~])/;

/** The events of a folded run: what `Fold` made of them, and its message. */
export const unfolded = (
  { runId, firstSeq, packed }: { readonly runId: string; readonly firstSeq: number; readonly packed: string },
  { content, detail }: FoldedAnswer,
): readonly LogEvent[] => {
  const texts = { token: { text: content, at: 0 }, reasoning: { text: reasoningOf(detail), at: 0 } };
  let seq = firstSeq - 1;
  let at = 0;
  return packed.split(RECORD_SEPARATOR).map((record): LogEvent => {
    const [head = "", distance = "", since = "", sign = ""] = HEAD.exec(record) ?? [];
    const after = seq;
    seq += Number.parseInt(distance, RADIX);
    at += Number.parseInt(since, RADIX);
    const place = { runId, seq, at, folded: { after } };
    const rest = record.slice(head.length);
    if (sign === TOKEN || sign === REASONING) {
      const type = sign === TOKEN ? "token" : "reasoning";
      const from = texts[type].at;
      texts[type].at += Number.parseInt(rest, RADIX);
      return { ...place, type, json: JSON.stringify({ delta: texts[type].text.slice(from, texts[type].at) }) };
    }
    const end = rest.indexOf(sign);
    const type = rest.slice(0, end) as EventType;
    if (sign === OTHER) return { ...place, type, json: rest.slice(end + 1) };
    const part = detail?.parts[Number.parseInt(rest.slice(end + 1), RADIX)];
    const json = part === undefined ? undefined : jsonOf(part, type);
    if (json === undefined) throw new Error(`the message of the folded run ${runId} lacks its ${type}`);
    return { ...place, type, json };
  });
};

/**
 * The events of a part of a log with every number that the log had: joined deltas become as many as they were. Where
 * they were cut is not known any more, so the text is divided evenly among them.
 */
export const unjoined = (events: readonly LogEvent[], { after, through }: SeqRange): readonly LogEvent[] =>
  events.flatMap(({ folded, ...event }) => {
    const before = folded?.after ?? event.seq - 1;
    const count = event.seq - before;
    const [from, to] = [Math.max(after, before), Math.min(through, event.seq)];
    if (from >= to) return [];
    if (count === 1) return event;
    const delta = deltaOf(event) ?? "";
    return Array.from({ length: to - from }, (_, index): LogEvent => {
      const place = from - before + index;
      const piece = delta.slice(cutOf(delta, place / count), cutOf(delta, (place + 1) / count));
      return { ...event, seq: before + place + 1, json: JSON.stringify({ delta: piece }) };
    });
  });

/** A place in a text, not between the halves of a character. */
const cutOf = (text: string, share: number): number => {
  const at = Math.round(text.length * share);
  return /[\uD800-\uDBFF]/.test(text.charAt(at - 1)) ? at - 1 : at;
};
