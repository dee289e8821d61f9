import { headerText } from "./header-text.ts";
import { invalid } from "./validate.ts";

const SEQ = /^\d{1,15}$/;

/**
 * Where a reader of a thread wants to go on: the seq of `Last-Event-ID` (`thread:seq`, or a bare seq), or else of the
 * query `after`; 0, the beginning, when neither is given. Null: the id is none that an event of this thread was ever called.
 * Throws `invalid` for an `after` that is no seq.
 */
export const cursorOf = (request: Request, threadId: string): number | null => {
  const id = headerText(request.headers, "last-event-id");
  if (id) {
    // HTTP strips the spaces around a header's value.
    const name = `${threadId.replace(/^ +/, "")}:`;
    const seq = id.startsWith(name) ? id.slice(name.length) : id;
    return SEQ.test(seq) ? Number(seq) : null;
  }
  const after = new URL(request.url).searchParams.get("after") ?? "0";
  if (!SEQ.test(after)) throw invalid([{ path: "/after", message: "must be the seq of an event" }]);
  return Number(after);
};

/** Whether the reader means to stay while the thread is idle: the query `wait`. Throws `invalid` when it says neither. */
export const waitsIn = (request: Request): boolean => {
  const wait = new URL(request.url).searchParams.get("wait") ?? "false";
  if (/^(?:true|1)$/i.test(wait)) return true;
  if (/^(?:false|0)$/i.test(wait)) return false;
  throw invalid([{ path: "/wait", message: "must be true or false" }]);
};
