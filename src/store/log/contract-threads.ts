import type { StoredMessage } from "../../domain/message.ts";
import type { Run } from "../../domain/run.ts";
import type { Thread, ThreadKey } from "../../domain/thread.ts";
import type { EndedTurn } from "../../domain/turn.ts";
import type { Checkpoint } from "./contract-checkpoints.ts";
import type { RunEnd } from "./contract-run-end.ts";

export interface ThreadStore {
  get(threadKey: ThreadKey): Promise<Thread | null>;
  /** The running or waiting run, or else the oldest queued one. */
  activeRun(threadKey: ThreadKey): Promise<Run | null>;
  /**
   * The newest messages before a seq, the oldest of them first: at most `limit`, and at most `maxBytes` together unless
   * the newest alone is larger. Two messages of one seq are not separated, so the page may exceed `limit` by one. The
   * cost is proportional to what it returns.
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
   * The newest turns before `beforeSeq`, in order, oldest first: as many as fit in the bounds. The cost is proportional
   * to what the returned turns have stored, not to the thread. The last 8 include their images.
   */
  recentTurns(threadKey: ThreadKey, beforeSeq: number, bounds: RecentTurns): Promise<readonly EndedTurn[]>;
  /**
   * The user's threads, the most recently updated first. A thread that is updated between two pages moves to the front:
   * no thread is returned twice, and each one that is not updated is returned once.
   */
  list(userId: string, page: ThreadPage): Promise<readonly Thread[]>;
  /** In the order they were made; fewer than `limit` when a page of their changes is full (`fillsPage`). */
  checkpoints(threadKey: ThreadKey, page: CheckpointPage): Promise<readonly Checkpoint[]>;
  checkpoint(threadKey: ThreadKey, checkpointId: string): Promise<Checkpoint | null>;
  /**
   * Creates a thread that begins with the content of another, which does not change. Nobody sees the new thread before
   * all of it is there. `gone`: the other thread or its checkpoint does not exist (any more). `taken`: the new thread
   * already exists, or once did, and its seqs are used up. In both cases nothing is left.
   */
  fork(fork: Fork): Promise<Thread | "gone" | "taken">;
  /**
   * Deletes the thread with everything that belongs to it. A late write of one of its runs is refused and brings
   * nothing back. Only its key and its last seq remain: a new thread under that key continues from there. Returns the
   * ids of its runs that had not ended; null when there was no such thread. With `idleForMs` it must be `idle` for so
   * long; if not, this too is null. The thread is gone at once. Its rows are deleted in many statements; if that is
   * interrupted, `erase` goes on, and a run that begins under that key waits.
   */
  delete(threadKey: ThreadKey, idleForMs?: number | null): Promise<readonly string[] | null>;
  /**
   * Looks at the next threads after a key, in the order of keys, for those that nothing was written to for so many
   * milliseconds, by the database's clock, and that have no unfinished run. A run counts as written when it was packed.
   * `next`: where to go on; null at the end.
   */
  idle(
    forMs: number,
    after: ThreadKey | null,
  ): Promise<{ readonly keys: readonly ThreadKey[]; readonly next: ThreadKey | null }>;
  /**
   * Goes on with deletions that were interrupted, and takes back forks that were: a fork that has not gone on for a
   * minute. Returns whether there may be more to do.
   */
  erase(): Promise<boolean>;
}

export interface ThreadPage {
  readonly limit: number;
  /** The last thread of the previous page; null for the first page. */
  readonly after: Pick<Thread, "threadKey" | "updatedAt"> | null;
}

interface RecentTurns {
  /** The most characters of all questions and answers. What answers have besides text is bounded by the store. */
  readonly maxChars: number;
  /** `Model.id`, or several separated by commas: rounds of other models are left out. */
  readonly model: string;
}

interface MessagePage {
  readonly limit: number;
  readonly maxBytes: number;
  /** Null means from the newest. */
  readonly before: number | null;
  /** Whether the messages of superseded turns are among them. Defaults to false. */
  readonly withSuperseded?: boolean;
}

interface CheckpointPage {
  readonly limit: number;
  /** The last checkpoint of the previous page; null for the first page. */
  readonly after: Pick<Checkpoint, "seq" | "checkpointId"> | null;
  /** Whether those of superseded turns are among them. Defaults to false. */
  readonly withSuperseded?: boolean;
}

/**
 * The part of a thread that another one begins with: everything up to the event `through`, under the same seqs and ids,
 * and the checkpoints up to `checkpoint`. The runs are copied with attempt 0, as executed by nobody: they record where
 * they were, and their cost was charged there.
 */
export interface Fork {
  readonly from: ThreadKey;
  /** Of the same user. */
  readonly to: ThreadKey;
  readonly checkpoint: Pick<Checkpoint, "seq" | "checkpointId">;
  readonly through: number;
  /**
   * Null when `through` is a run's terminal event. Otherwise it lies within a run, which becomes a run of its own in
   * the new thread.
   */
  readonly partial: PartialRun | null;
  readonly now: number;
}

export interface PartialRun {
  readonly runId: string;
  /** The run's id in the new thread: one id never names two runs that end in two ways. */
  readonly newRunId: string;
  /** How the run ends there, right behind `through`. */
  readonly end: RunEnd;
}
