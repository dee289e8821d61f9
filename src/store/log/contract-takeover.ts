import type { Claimed, Fence } from "./contract-fence.ts";

/**
 * Which unfinished runs count as orphans. `lapsed`: those that were released, and the runs of replicas whose lease is
 * over, or that have left. There are none of the latter while the caller's own renewals do not show that the store has
 * been available for a whole lease (its own and the other's), so that after an outage every replica has had time to
 * renew. `foreign`: the runs of every owner but the caller, for a store that one process has to itself. A list: the
 * caller's own runs with these ids, which it has no record of.
 */
export type Orphans = "lapsed" | "foreign" | readonly string[];

/** Why a run that has not ended has no owner: its replica has shut down, or it waited for a person and has an answer. */
type ReleaseReason = "handover" | "resumed";
/** The same in the store. `expired`: it waited for a person for too long, and is to end. */
export type StoredRelease = ReleaseReason | "expired";

export interface TakeoverRequest {
  readonly orphans: Orphans;
  /** The replica that takes them. */
  readonly owner: string;
  readonly limit: number;
  /** Returns an id for a user's message that was not stored yet. */
  messageId(): string;
  readonly now: number;
}

/** A run that was taken over. */
export interface TakenOver extends Claimed {
  /** 1 for a run that was queued and has never begun. */
  readonly attempt: number;
  /** How many of its attempts followed the death of a replica, this one included if it does. */
  readonly takeovers: number;
  readonly reason: ReleaseReason | "takeover";
  /** The thread's last seq before the run's first event. */
  readonly startSeq: number;
  readonly cancelRequested: boolean;
  /** It was cancelled because nobody has answered it in time. */
  readonly hasExpired: boolean;
}

export interface TakeoverStore {
  /**
   * Takes over runs that no replica executes any more, the oldest first: raises the epoch (so that their old owner can
   * no longer write), sets the status `running`, and stores the user's message if a run never started. Takes at most
   * one of each thread; the others follow when that one has ended. Of the lapsed ones it takes no more than this
   * replica's share, so that the living replicas divide them. It may skip an orphan that is locked at the moment: the
   * caller asks again.
   */
  takeover(taking: TakeoverRequest): Promise<readonly TakenOver[]>;
  /**
   * Gives up runs of their owner, running or queued, so that any replica may take them over at once. Those that it does
   * not hold any more are left as they are. Harmless when repeated.
   */
  release(owner: string, runs: readonly Pick<Fence, "threadKey" | "runId">[], reason: ReleaseReason): Promise<void>;
}
