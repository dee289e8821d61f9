import type { EventType, LogEvent } from "../../domain/event.ts";
import type { Run, RunStatus, StoredInput, Usage } from "../../domain/run.ts";
import type { ThreadKey } from "../../domain/thread.ts";
import type { NewCheckpoint } from "./contract-checkpoints.ts";
import type { Claimed, Fence } from "./contract-fence.ts";
import type { StoredProgress } from "./contract-progress.ts";
import type { NewRound } from "./contract-rounds.ts";
import type { RunEnd } from "./contract-run-end.ts";
import type { TakeoverStore } from "./contract-takeover.ts";

export type { Claimed, Fence };

/** What a run has emitted before the store has its row. */
export type EarlyWrite = Pick<Append, "events" | "checkpoints">;

export interface NewRun {
  readonly runId: string;
  readonly threadKey: ThreadKey;
  readonly agent: string;
  readonly input: StoredInput;
  readonly traceId: string;
  /** The id of the user's message, should the run start at once. */
  readonly messageId: string;
  /** The id of the replica that will execute it. */
  readonly owner: string;
  /** How many runs may wait in one thread behind the running one. */
  readonly maxQueued: number;
  /** What the run does to the other runs of its thread. Absent: nothing. */
  readonly placement?: Placement;
  /**
   * Returns what the first run of a new thread has emitted so far, from seq 1 on, to be written with its row. Called for
   * each statement that is tried: later calls return at least as much. Absent: nothing.
   */
  readonly early?: () => EarlyWrite;
  readonly now: number;
}

/** How a run takes its place among the runs of its thread. */
export interface Placement {
  /** Null: the unfinished ones go on. Otherwise all of them are cancelled, and queued ones end with `error`. */
  readonly stops: {
    readonly now: number;
    readonly error: NonNullable<RunEnd["error"]>;
    /** The run takes the place of those that it stops. */
    readonly replaces: boolean;
  } | null;
  /** A run of the thread. When the new one starts, it takes the place of that turn and of all turns after it. */
  readonly supersedes: string | null;
}

/** A run with its whole input, which may hold megabytes of pictures. */
export interface StoredRequest {
  readonly run: Run;
  readonly input: StoredInput;
}

/** A run that has begun. `written` was written with its row; absent, nothing is known of what `early` returned. */
interface Begun extends Claimed {
  readonly written?: EarlyWrite;
}

export type BeginOutcome =
  | Begun
  /**
   * Another run of the thread has not ended; `claim` it when its turn may have come. `stopped` has the ids of the runs
   * that its placement cancels, in order.
   */
  | { readonly state: "queued"; readonly stopped?: readonly string[] }
  /** `maxQueued` runs are already waiting; nothing was written. */
  | { readonly state: "full" }
  /** The run was begun before; nothing was written. */
  | { readonly state: "known" }
  /** The thread has no run that it could supersede under that id; nothing was written. */
  | { readonly state: "unknown" }
  /** A run that it would supersede has not ended, and its placement does not replace it; nothing was written. */
  | { readonly state: "unfinished" };

/**
 * Why a run's write was refused; nothing of it was written. `stale`: its fence is no longer valid, the run has ended,
 * or its thread is gone. `gap`: the log lacks the event before the first one, because the database has lost events that
 * it had accepted.
 */
export type Refusal = "stale" | "gap";

/** A part of the list of a user's runs. */
export interface RunPage {
  readonly limit: number;
  /** The last run of the previous page; null for the first page. */
  readonly after: Pick<Run, "createdAt" | "runId"> | null;
  /** Null: of any status. */
  readonly status: RunStatus | null;
  /** Null: of any thread. */
  readonly threadKey: ThreadKey | null;
  readonly withSuperseded: boolean;
}

export interface RunStore extends TakeoverStore {
  /**
   * Creates the run, and its thread when necessary. If no other run of the thread is queued or running, the run starts:
   * status `running`, epoch 1, attempt 1, and the user's message is stored with seq `lastSeq + 1`. Otherwise it is
   * queued. A run id is begun once, however many calls request it at the same time.
   *
   * A run with a placement is begun in a transaction. It takes other turns' place when it starts: here, when it is
   * claimed, or when it is taken over.
   *
   * When a connection is lost on the way, the call is repeated on another, within its deadline. If it still fails, and
   * not as `isUntried`, the run may exist and must be withdrawn.
   */
  begin(run: NewRun): Promise<BeginOutcome>;
  /**
   * Undoes a `begin` that was given up: deletes the run, its message, and the thread if it was made for it. Turns whose
   * place it took stand again; runs that it cancelled stay cancelled. `joined`: the run stays, see `join`. `absent`:
   * there is nothing to undo, or the run has emitted more than the `earlyEvents` that may have been written with its
   * row (default 0).
   */
  withdraw(
    run: Pick<NewRun, "runId" | "threadKey" | "owner"> & { readonly earlyEvents?: number },
  ): Promise<"withdrawn" | "joined" | "absent">;
  /**
   * As `get`, for a client that has found the run while its `begin` may yet be given up: from now on it stays, and its
   * owner or another replica executes it.
   */
  join(userId: string, runId: string): Promise<Run | null>;
  /**
   * Starts a queued run when it is the oldest of its thread and none is running; null when it is not its turn yet or it
   * has ended.
   */
  claim(
    run: Pick<NewRun, "runId" | "threadKey" | "messageId" | "owner" | "now">,
  ): Promise<(Claimed & { readonly cancelRequested: boolean }) | null>;
  /** Ends a run. `freed`: others of its thread wait for their turn. When it returns a refusal, nothing was written. */
  finish(fence: Fence, end: RunEnd): Promise<"ended" | "freed" | Refusal>;
  /** Returns the owner's unfinished runs, and those among them with a requested cancellation. Only reads. */
  held(owner: string): Promise<{ readonly runIds: readonly string[]; readonly cancelled: readonly string[] }>;
  /**
   * Returns those of `runIds` that now belong to another owner, or are gone. Runs that ended as the owner's are not
   * lost.
   */
  lost(owner: string, runIds: readonly string[]): Promise<readonly string[]>;
  /** What an attempt at the run needs of earlier ones besides the events. */
  progress(run: Pick<Fence, "threadKey" | "runId">): Promise<StoredProgress>;
  /** What each of the runs had used when it last stored that; null for one that never did. In their order. */
  usages(runs: readonly Pick<Fence, "threadKey" | "runId">[]): Promise<readonly (Usage | null)[]>;
  /** Another user's run is null, as is one that never existed. */
  get(userId: string, runId: string): Promise<Run | null>;
  /**
   * The user's runs, the newest first, by the time of their creation. The copies that forks have are listed with their
   * thread alone.
   */
  list(userId: string, page: RunPage): Promise<readonly Run[]>;
  /** What the run was begun with, so that the same can be asked again; null as with `get`. */
  request(userId: string, runId: string): Promise<StoredRequest | null>;
  /**
   * Requests the run's owner, wherever it is, to cancel it. A queued run ends at once, with `error` and nothing in the
   * log. Idempotent; null as with `get`.
   */
  requestCancel(
    userId: string,
    runId: string,
    end: Pick<RunEnd, "now"> & { readonly error: NonNullable<RunEnd["error"]> },
  ): Promise<Run | null>;
}

/** What one run adds in one commit. */
export interface Append {
  readonly fence: Fence;
  readonly events: readonly LogEvent[];
  readonly checkpoints: readonly NewCheckpoint[];
  /** Absent: none. */
  readonly rounds?: readonly NewRound[];
}

/** An event of a log, known to exist at some time. */
export interface LogPlace {
  readonly threadKey: ThreadKey;
  readonly seq: number;
}

export interface LogNews {
  /** The index among the places asked for. Logs without news are left out. */
  readonly place: number;
  /**
   * The events after that place; none when the log does not reach it any more. The first does not follow the place
   * without a gap where the events between have been packed, or where the log was deleted and begun anew: then read.
   */
  readonly events: readonly LogEvent[];
}

export interface EventStore {
  /**
   * Writes for many runs in one statement, all or nothing for each run. Returns the run ids that were refused, and why.
   * Idempotent: events that this run has already appended under the same seq stay unchanged, so a caller that did not
   * receive the outcome may repeat the call.
   */
  append(batch: readonly Append[]): Promise<ReadonlyMap<string, Refusal>>;
  /**
   * Up to `limit` events after `seq`, in order; fewer when a page of them is full (`fillsPage`). Empty when there are
   * none.
   */
  read(threadKey: ThreadKey, after: number, limit: number): Promise<readonly LogEvent[]>;
  /** The first and last seq in the log; null for an empty or unknown thread. */
  bounds(threadKey: ThreadKey): Promise<{ readonly first: number; readonly last: number } | null>;
  /**
   * What follows the events `known` in their logs, in one statement: up to 64 events of a log, and up to a page of all
   * (`fillsPage`, and 1,000 events). `seq` 0: the log was empty.
   */
  news(known: readonly LogPlace[]): Promise<{
    readonly logs: readonly LogNews[];
    /** So many of the logs, the first ones, were read; of the next, and of those after it, there may be more. */
    readonly complete: number;
  }>;
  /** The highest seq of each of these threads that has an event. */
  heads(threadKeys: readonly ThreadKey[]): Promise<ReadonlyMap<ThreadKey, number>>;
  /** The events from `first` through `last` whose type is among `types`, in order. */
  between(threadKey: ThreadKey, first: number, last: number, types: readonly EventType[]): Promise<readonly LogEvent[]>;
  /** All events of one run whose type is among `types`, in order. */
  ofRun(threadKey: ThreadKey, runId: string, types: readonly EventType[]): Promise<readonly LogEvent[]>;
  /** The same for many runs, in one statement: a list for each, in their order. */
  ofRuns(
    runs: readonly Pick<Fence, "threadKey" | "runId">[],
    types: readonly EventType[],
  ): Promise<readonly (readonly LogEvent[])[]>;
}
