/** How many events one statement copies or deletes: 30 ms in the embedded database, on the event loop. */
const EVENTS_A_STATEMENT = 5_000;

/** A part of a log: the events after `after`, through `through`. */
export interface SeqRange {
  readonly after: number;
  readonly through: number;
}

/** Calls `work` for the range part by part, in order. The event loop gets a turn between two parts. */
export const forEachPart = async (
  { after, through }: SeqRange,
  work: (part: SeqRange) => Promise<unknown>,
): Promise<void> => {
  for (let from = after; from < through; from += EVENTS_A_STATEMENT) {
    await work({ after: from, through: Math.min(from + EVENTS_A_STATEMENT, through) });
    await new Promise((resolve) => setImmediate(resolve));
  }
};
