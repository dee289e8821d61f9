import type { NativeEvent } from "../support/native-events.ts";
import type { Reader } from "./client.ts";
import { readFrames } from "./frames.ts";

/** What the store has of a thread at the end. */
export interface StoredThread {
  /** All frames, from the first. */
  readonly frames: readonly StoredFrame[];
  readonly messages: readonly StoredMessage[];
  readonly activeRun: unknown;
}

/** An event as any replica tells it, and its frame's data to the letter. */
export interface StoredFrame {
  readonly data: string;
  readonly event: NativeEvent;
}

interface StoredMessage {
  readonly role: string;
  readonly content: string;
  /** Of a question: that of its run's first event. */
  readonly seq: number;
  /** Of an answer. */
  readonly run_id?: string;
}

/** How long a thread with an unfinished run is left before it is looked at again, when its stream has ended early. */
const AGAIN_MS = 300;

/**
 * Reads a thread on the replica at that URL, once its runs have ended. Rejects with what went wrong last when that has
 * not happened before `deadline` aborts.
 */
export const storedThread = async (
  url: () => string,
  { userId, threadId }: Pick<Reader, "userId" | "threadId">,
  deadline: AbortSignal,
): Promise<StoredThread> => {
  for (;;) {
    let trouble: unknown;
    try {
      const thread = await readThread(`${url()}/api/v1/threads/${threadId}`, userId, deadline);
      if (thread.activeRun === null || deadline.aborted) return thread;
    } catch (error) {
      trouble = error;
    }
    if (deadline.aborted) throw trouble;
    await Bun.sleep(AGAIN_MS);
  }
};

const readThread = async (thread: string, userId: string, signal: AbortSignal): Promise<StoredThread> => {
  const frames: StoredFrame[] = [];
  const end = await readFrames(
    await fetch(`${thread}/events?userId=${userId}&after=0`, { signal }),
    ({ data }) => {
      frames.push({ data, event: JSON.parse(data) as NativeEvent });
      return false;
    },
    () => {},
  );
  if (end === "cut") throw new Error(`the log of ${thread} was cut off`);
  const found = await fetch(`${thread}?userId=${userId}&limit=100`);
  if (!found.ok) throw new Error(`${thread} is answered with ${found.status}`);
  const { messages, active_run: activeRun } = (await found.json()) as {
    readonly messages: readonly StoredMessage[];
    readonly active_run: unknown;
  };
  return { frames, messages, activeRun };
};
