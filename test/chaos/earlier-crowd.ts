import type postgres from "postgres";
import { type Crowd, type CrowdOptions, crowd } from "./crowd.ts";
import type { StoredThread } from "./stored.ts";

/** A crowd that had its answers before a round began, so that its threads can be made to look old. */
export interface EarlierCrowd extends Pick<Crowd, "known"> {
  /** Its threads as they were stored then, by their names. */
  readonly stored: ReadonlyMap<string, StoredThread>;
  /** By which the tables name its threads. */
  readonly keys: readonly string[];
}

const SIZE = { words: [5, 20], pauseMs: [1, 5] } as const;

export const earlierCrowd = async (options: Omit<CrowdOptions, "size" | "length" | "pause">): Promise<EarlierCrowd> => {
  const people = crowd({ ...options, size: SIZE, length: 1, pause: 1 });
  const { stored } = await people.verdict();
  return {
    known: people.known,
    stored,
    keys: people.known().map(({ userId, threadId }) => `${userId}:${threadId}`),
  };
};

/** Resolves when the statement finds no row, or `deadline` aborts. */
export const untilNone = async (
  rows: () => Promise<readonly postgres.Row[]>,
  deadline: AbortSignal,
): Promise<boolean> => {
  for (;;) {
    if ((await rows()).length === 0) return true;
    if (deadline.aborted) return false;
    await Bun.sleep(200);
  }
};
