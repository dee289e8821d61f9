import type { EventType, LogEvent } from "../../domain/event.ts";
import { RECORD_SEPARATOR } from "../columns.ts";

/**
 * `mixed` holds events of any types. An `image_result` is alone, so that a fork finds its picture. `folded` holds all of
 * a run, together with the run's message (`fold.ts`).
 */
export type StretchType = "mixed" | "image_result" | "folded";

/** Consecutive events of one run, in one row. */
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
/** In characters of JSON. An event that is longer saves too little by being packed. */
export const MAX_JSON = 4 * 1024;

const DELTA = '{"delta":"';
const END = '"}';
/** What ends the time of a record and says how to read the rest: of a token, of reasoning, of any other event. */
const [TOKEN, REASONING, OTHER] = ['"', "'", "~"];
const RADIX = 36;

/**
 * Packs a run's events, given in order. Those that are too long stay as they are.
 *
 * A stretch is a text of one record for each event: the milliseconds since the event before it (of the first: since the
 * epoch) in base 36; then of a token `"`, or of reasoning `'`, and what stands between the quotes of the delta's JSON,
 * letter by letter; of any other event `~`, its type, `~` and its JSON. JSON holds no control characters (RFC 8259 §7),
 * so one of them separates the records.
 */
export const packed = (events: readonly LogEvent[]): readonly Stretch[] => {
  const stretches: Stretch[] = [];
  let open: LogEvent[] = [];
  let chars = 0;
  const close = () => {
    if (open.length > 0) stretches.push(stretchOf(open));
    open = [];
    chars = 0;
  };
  for (const event of events) {
    if (!isPackable(event)) {
      close();
      continue;
    }
    const isNext = event.seq === (open.at(-1)?.seq ?? 0) + 1 && !isAlone(event) && !open.some(isAlone);
    if (!isNext || open.length === MAX_EVENTS || chars + event.json.length > MAX_CHARS) close();
    open.push(event);
    chars += event.json.length;
  }
  close();
  return stretches;
};

const isAlone = ({ type }: LogEvent): boolean => type === "image_result";

const isPackable = ({ json }: LogEvent): boolean =>
  json !== "" && json.length <= MAX_JSON && !json.includes(RECORD_SEPARATOR);

const stretchOf = (events: readonly LogEvent[]): Stretch => {
  const [first] = events;
  if (first === undefined) throw new Error("a stretch has events");
  let before = 0;
  const records = events.map((event) => {
    const since = event.at - before;
    before = event.at;
    return (since === 0 ? "" : since.toString(RADIX)) + bodyOf(event);
  });
  const { runId, seq } = first;
  const type = isAlone(first) ? "image_result" : "mixed";
  return { runId, firstSeq: seq, lastSeq: seq + events.length - 1, type, packed: records.join(RECORD_SEPARATOR) };
};

const bodyOf = ({ type, json }: LogEvent): string => {
  const sign = type === "token" ? TOKEN : type === "reasoning" ? REASONING : OTHER;
  const isDelta = json.length >= DELTA.length + END.length && json.startsWith(DELTA) && json.endsWith(END);
  return sign !== OTHER && isDelta ? sign + json.slice(DELTA.length, -END.length) : `${OTHER}${type}${OTHER}${json}`;
};

/** The events of a stretch, as they were before they were packed. */
export const unpacked = ({ runId, firstSeq, packed: text }: Stretch): readonly LogEvent[] => {
  let at = 0;
  return text.split(RECORD_SEPARATOR).map((record, index) => {
    const mark = markIn(record);
    if (mark > 0) at += Number.parseInt(record.slice(0, mark), RADIX);
    const seq = firstSeq + index;
    const sign = record[mark];
    if (sign === OTHER) {
      const end = record.indexOf(OTHER, mark + 1);
      return { runId, seq, type: record.slice(mark + 1, end) as EventType, at, json: record.slice(end + 1) };
    }
    const json = DELTA + record.slice(mark + 1) + END;
    return { runId, seq, type: sign === TOKEN ? "token" : "reasoning", at, json };
  });
};

/** Where a record's time ends. */
const markIn = (record: string): number => {
  for (let at = 0; ; at++) {
    const sign = record[at];
    if (sign === TOKEN || sign === REASONING || sign === OTHER) return at;
    if (sign === undefined) throw new Error("a record of a stretch has no sign");
  }
};
