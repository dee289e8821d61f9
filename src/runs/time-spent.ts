import type { LogEvent } from "../domain/event.ts";

/**
 * How long the earlier attempts at a run have taken, in milliseconds: from the first to the last event of each. The time
 * between two attempts, when nobody had the run, does not count.
 */
export const timeSpent = (events: readonly Pick<LogEvent, "type" | "at">[]): number => {
  let total = 0;
  let began: number | undefined;
  let last = 0;
  for (const { type, at } of events) {
    if (type === "attempt_started" || began === undefined) {
      if (began !== undefined) total += last - began;
      began = at;
    }
    last = at;
  }
  return began === undefined ? 0 : total + last - began;
};
