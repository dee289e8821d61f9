import type { Message, Remembered, StoredMessage } from "../../domain/message.ts";
import type { Run } from "../../domain/run.ts";
import type { Thread, ThreadKey } from "../../domain/thread.ts";
import type { Checkpoint } from "./contract-checkpoints.ts";
import type { RunEnd } from "./contract-run-end.ts";

export interface ThreadStore {
  get(threadKey: ThreadKey): Promise<Thread | null>;
  /** The run that is running, or else the oldest queued one. */
  activeRun(threadKey: ThreadKey): Promise<Run | null>;
  /** All messages in order. */
  messages(threadKey: ThreadKey): Promise<readonly Message[]>;
  /**
   * The newest messages before a seq, oldest of them first: at most `limit`, of at most `maxBytes` together unless the newest
   * alone is larger. Two of one seq are not parted, so `limit` may be passed by one. Cost is that of what it returns.
   */
  messagePage(
    threadKey: ThreadKey,
    page: MessagePage,
  ): Promise<{
    readonly messages: readonly StoredMessage[];
    /** There are older ones. */
    readonly hasMore: boolean;
  }>;
  /**
   * The newest messages before `beforeSeq` whose contents add up to at most `maxChars` characters (at least one is
   * returned if there is any), in order, oldest first. Cost is that of what it returns, not of the thread. The user's last 8
   * come with their images.
   */
  recentMessages(threadKey: ThreadKey, beforeSeq: number, maxChars: number): Promise<readonly Remembered[]>;
  /**
   * The user's threads, the one last written to first. Which is written to between two pages moves to the front: no thread
   * is given twice, and those that are left alone are each given once.
   */
  list(userId: string, page: ThreadPage): Promise<readonly Thread[]>;
  /** In the order they were made; fewer than asked for when a page of their changes is full (`fillsPage`). */
  checkpoints(threadKey: ThreadKey, page: CheckpointPage): Promise<readonly Checkpoint[]>;
  checkpoint(threadKey: ThreadKey, checkpointId: string): Promise<Checkpoint | null>;
  /**
   * Makes a thread that begins with what another has said, in one transaction; that one stays as it is. `gone`: the other
   * or its checkpoint is not there (any more). `taken`: the new thread is there already, or was once, and its numbers are used
   * up. Nothing was written then.
   */
  fork(fork: Fork): Promise<Thread | "gone" | "taken">;
  /**
   * Removes the thread with all that belongs to it. A run's late write is refused and brings nothing back. What is kept is
   * its name with its last seq: a thread that is made under it counts on from there. Returns the ids of its runs that had not
   * ended; null: there was no such thread.
   */
  delete(threadKey: ThreadKey): Promise<readonly string[] | null>;
}

export interface ThreadPage {
  readonly limit: number;
  /** The last thread of the page before; null for the first page. */
  readonly after: Pick<Thread, "threadKey" | "updatedAt"> | null;
}

interface MessagePage {
  readonly limit: number;
  readonly maxBytes: number;
  /** Null: from the newest. */
  readonly before: number | null;
}

interface CheckpointPage {
  readonly limit: number;
  /** The last checkpoint of the page before; null for the first page. */
  readonly after: Pick<Checkpoint, "seq" | "checkpointId"> | null;
}

/**
 * What of a thread another one begins with: all up to the event `through`, under the same numbers and ids, and the
 * checkpoints up to `checkpoint`. The runs come along as having been executed by nobody (attempt 0): they tell of where
 * they were, and what they cost was paid there.
 */
export interface Fork {
  readonly from: ThreadKey;
  /** Of the same user. */
  readonly to: ThreadKey;
  readonly checkpoint: Pick<Checkpoint, "seq" | "checkpointId">;
  readonly through: number;
  /** Null: `through` is a run's terminal event. Else it lies within a run, which in the new thread is one of its own. */
  readonly cut: CutRun | null;
  readonly now: number;
}

export interface CutRun {
  readonly runId: string;
  /** What it is called in the new thread: one id never names two runs that end in two ways. */
  readonly newRunId: string;
  /** How it ends there, right behind `through`. */
  readonly end: RunEnd;
}
