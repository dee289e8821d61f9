import { headerText } from "./header-text.ts";
import { invalid } from "./validate.ts";

const SEQ = /^\d{1,15}$/;

/**
 * Returns the seq after which a reader of a thread continues: that of `Last-Event-ID` (`thread:seq`, or a bare seq),
 * else that of the query `after`; 0, the beginning, when neither is given. Null: no event of this thread can have had
 * that id. Throws `invalid` when `after` is not a seq.
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
