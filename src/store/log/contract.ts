import type { EventType, LogEvent } from "../../domain/event.ts";
import type { Run, RunInput } from "../../domain/run.ts";
import type { ThreadKey } from "../../domain/thread.ts";
import type { NewCheckpoint } from "./contract-checkpoints.ts";
import type { RunEnd } from "./contract-run-end.ts";

/** Permission to write to a thread on behalf of a run. A write with a stale epoch is refused: another replica has it. */
export interface Fence {
  readonly threadKey: ThreadKey;
  readonly runId: string;
  readonly epoch: number;
}

export interface NewRun {
  readonly runId: string;
  readonly threadKey: ThreadKey;
  readonly agent: string;
  readonly input: RunInput;
  readonly traceId: string;
  /** The id of the user's message, should the run start at once. */
  readonly messageId: string;
  /** The replica that will execute it, by its id. */
  readonly owner: string;
  /** How many runs may wait in one thread behind the running one. */
  readonly maxQueued: number;
  readonly now: number;
}

export interface Claimed {
  readonly state: "running";
  readonly fence: Fence;
  /** The thread's highest seq; the run's first event gets the next one. */
  readonly lastSeq: number;
  /**
   * No event of the thread is dated later, in milliseconds since the epoch: the run dates none of its own earlier, so that
   * a log's times never go backwards, though the replicas that write it have clocks of their own.
   */
  readonly lastAt: number;
}
export type Begun =
  | Claimed
  /** Another run of the thread is not done; `claim` it when its turn may have come. */
  | { readonly state: "queued" }
  /** `maxQueued` runs wait already; nothing was written. */
  | { readonly state: "full" }
  /** The run was begun before; nothing was written. */
  | { readonly state: "known" };

/**
 * Why nothing of what a run wanted to write was. `stale`: its fence does not hold any more, the run has ended, or its thread
 * is gone. `gap`: the log does not have the event before the first, since the database has lost what it had taken.
 */
export type Refusal = "stale" | "gap";

/**
 * Which unfinished runs are nobody's. `lapsed`: those of replicas whose lease is over, or that have left; none at all while
 * the taker's own renewals do not show that the store has been there for a whole lease (its own and the other's), so
 * that after an outage every replica has had the time to renew. `foreign`: those of every owner but the taker, for a store that one process
 * has to itself. A list: those of the taker's own that it names, which it does not know of.
 */
export type Orphans = "lapsed" | "foreign" | readonly string[];

export interface Taking {
  readonly orphans: Orphans;
  /** The replica that takes them. */
  readonly owner: string;
  readonly limit: number;
  /** Makes the id of a user's message that was not kept yet. */
  messageId(): string;
  readonly now: number;
}

export interface RunStore {
  /**
   * Makes the thread if need be, and the run. If no other run of the thread is queued or running, the run starts: status
   * `running`, epoch 1, attempt 1, and the user's message is kept with seq `lastSeq + 1`. Otherwise it is queued.
   * A run id is begun once, however many ask for it at the same time.
   *
   * When a connection is lost on the way the call is repeated on another, within its deadline. If it fails all the same and
   * not as `isUntried`, the run may be there, and is to be withdrawn.
   */
  begin(run: NewRun): Promise<Begun>;
  /**
   * Undoes a `begin` that was given up: the run, its message, and the thread if it was made for it. False: there is nothing to undo.
   */
  withdraw(run: Pick<NewRun, "runId" | "threadKey" | "owner">): Promise<boolean>;
  /** Starts a queued run when it is the oldest of its thread and none is running; null when it is not its turn yet or it has ended. */
  claim(
    run: Pick<NewRun, "runId" | "threadKey" | "messageId" | "owner" | "now">,
  ): Promise<(Claimed & { readonly cancelRequested: boolean }) | null>;
  /** Ends a run. A refusal: nothing was written. */
  finish(fence: Fence, end: RunEnd): Promise<"ended" | Refusal>;
  /** The owner's unfinished runs, and those among them that somebody has asked to cancel. Only reads. */
  held(owner: string): Promise<{ readonly runIds: readonly string[]; readonly cancelled: readonly string[] }>;
  /** Those of `runIds` that are another's by now, or gone. Those that have ended as the owner's are not lost. */
  lost(owner: string, runIds: readonly string[]): Promise<readonly string[]>;
  /**
   * Takes runs over that nobody executes any more, the oldest first: a new epoch (so that their old owner can write no more),
   * status `running`, the user's message kept if a run never started. One of each thread at most; the others when that has
   * ended. An orphan that is locked just now may be left out: whoever ends orphans asks again.
   */
  takeover(taking: Taking): Promise<readonly Claimed[]>;
  /** Another user's run is null, as is one that never was. */
  get(userId: string, runId: string): Promise<Run | null>;
  /**
   * Asks the run's owner, wherever it is, to cancel it; one that waits for its turn ends at once, with `error` and nothing in
   * the log. Idempotent; null as with `get`.
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
}

export interface EventStore {
  /**
   * Writes for many runs in one statement, all or nothing for each run. Returns the run ids that were refused, and why.
   * Idempotent: what this run has already appended under the same seq stays as it is, so a caller that was not told the
   * outcome may repeat the call.
   */
  append(batch: readonly Append[]): Promise<ReadonlyMap<string, Refusal>>;
  /**
   * Up to `limit` events after `seq`, in order; fewer when a page of them is full (`fillsPage`). None: there are none.
   */
  read(threadKey: ThreadKey, after: number, limit: number): Promise<readonly LogEvent[]>;
  /** The first and last seq the log holds; null for an empty or unknown thread. */
  bounds(threadKey: ThreadKey): Promise<{ readonly first: number; readonly last: number } | null>;
  /** The highest seq of each of these threads that has an event: what a reader of another replica's runs polls. */
  heads(threadKeys: readonly ThreadKey[]): Promise<ReadonlyMap<ThreadKey, number>>;
  /** The events from `first` through `last` whose type is among `types`, in order. */
  between(threadKey: ThreadKey, first: number, last: number, types: readonly EventType[]): Promise<readonly LogEvent[]>;
  /** All events of one run whose type is among `types`, in order. */
  ofRun(threadKey: ThreadKey, runId: string, types: readonly EventType[]): Promise<readonly LogEvent[]>;
  /** The same of many runs, in one statement: a list for each, in their order. */
  ofRuns(
    runs: readonly Pick<Fence, "threadKey" | "runId">[],
    types: readonly EventType[],
  ): Promise<readonly (readonly LogEvent[])[]>;
}
