import type { EventType, LogEvent } from "../../domain/event.ts";
import { RECORD_SEPARATOR } from "../columns.ts";

/** The types of the events that are packed: text in many small pieces. */
export type StretchType = Extract<EventType, "token" | "reasoning">;

/** Consecutive events of one run and one type, in one row. */
export interface Stretch {
  readonly runId: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly type: StretchType;
  readonly packed: string;
}

/**
 * The bounds of a stretch. A reader of one of its events reads all of it, so it is little more than a page. Postgres
 * compresses a row of more than 2 kB and still holds this one in one piece.
 */
export const MAX_EVENTS = 256;
const MAX_CHARS = 8 * 1024;
/** An event that is longer saves nothing by being packed. */
const MAX_JSON = 1024;
/** A stretch takes as much as one or two events' rows. */
const MIN_EVENTS = 2;

const HEAD = '{"delta":"';
const TAIL = '"}';
/** Ends the time of a record. */
const MARK = '"';
const RADIX = 36;

/**
 * Packs a run's events, given in order. Returns those that are worth it as stretches; all other events stay as they are.
 *
 * A stretch is a text of one record for each event: the milliseconds since the event before it (of the first: since the
 * epoch) in base 36, `"`, and what stands between the quotes of the delta's JSON, letter by letter. JSON holds no
 * control characters (RFC 8259 §7), so one of them separates the records.
 */
export const packed = (events: readonly LogEvent[]): readonly Stretch[] => {
  const stretches: Stretch[] = [];
  let open: LogEvent[] = [];
  let chars = 0;
  const close = () => {
    if (open.length >= MIN_EVENTS) stretches.push(stretchOf(open));
    open = [];
    chars = 0;
  };
  for (const event of events) {
    const last = open.at(-1);
    if (!isPackable(event)) {
      close();
      continue;
    }
    const isNext = last !== undefined && event.seq === last.seq + 1 && event.type === last.type;
    if (!isNext || open.length === MAX_EVENTS || chars + event.json.length > MAX_CHARS) close();
    open.push(event);
    chars += event.json.length;
  }
  close();
  return stretches;
};

const isPackable = ({ type, json }: LogEvent): boolean =>
  isPackedType(type) &&
  json.length <= MAX_JSON &&
  json.length >= HEAD.length + TAIL.length &&
  json.startsWith(HEAD) &&
  json.endsWith(TAIL) &&
  !json.includes(RECORD_SEPARATOR);

const isPackedType = (type: EventType): type is StretchType => type === "token" || type === "reasoning";

const stretchOf = (events: readonly LogEvent[]): Stretch => {
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined || !isPackedType(first.type)) throw new Error("a stretch has events");
  let before = 0;
  const records = events.map(({ at, json }) => {
    const since = at - before;
    before = at;
    const time = since === 0 ? "" : since.toString(RADIX);
    return time + MARK + json.slice(HEAD.length, -TAIL.length);
  });
  const { runId, type } = first;
  return { runId, firstSeq: first.seq, lastSeq: last.seq, type, packed: records.join(RECORD_SEPARATOR) };
};

/** The events of a stretch, as they were before they were packed. */
export const unpacked = ({ runId, firstSeq, type, packed: text }: Stretch): readonly LogEvent[] => {
  let at = 0;
  return text.split(RECORD_SEPARATOR).map((record, index) => {
    const mark = record.indexOf(MARK);
    if (mark > 0) at += Number.parseInt(record.slice(0, mark), RADIX);
    return { runId, seq: firstSeq + index, type, at, json: HEAD + record.slice(mark + 1) + TAIL };
  });
};
