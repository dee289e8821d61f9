import type { RunStatus } from "../../domain/run.ts";
import type { ThreadKey } from "../../domain/thread.ts";
import type { Fence } from "../log/contract-fence.ts";

/** A tool call that waits for a person's word. */
export interface NewApproval {
  readonly toolCallId: string;
  readonly name: string;
  readonly input: unknown;
  /** The JSON Schema of its input. Null: any JSON will do. */
  readonly schema: unknown;
}

/** What a person has said about a call. */
export interface Decision {
  readonly decision: "approve" | "reject";
  /** Replaces the input that the model gave. Null: that one stands. */
  readonly input: unknown;
  readonly message: string | null;
}

/** A call with the decision on it; null while there is none. */
export interface Approval extends NewApproval {
  readonly decision: Decision | null;
}

/** A call that nobody has decided on yet. */
export interface OpenApproval extends Omit<NewApproval, "schema"> {
  readonly runId: string;
  readonly threadKey: ThreadKey;
  /** Milliseconds since the epoch, by the database's clock. */
  readonly requestedAt: number;
  /** When the run gives up. Null: it does not wait yet, because other calls are still being made. */
  readonly expiresAt: number | null;
}

export type RunKey = Pick<Fence, "threadKey" | "runId">;

export interface Deciding {
  readonly run: RunKey;
  readonly toolCallId: string;
  readonly decision: Decision;
}

/**
 * `decided`: it counts from now on, or it was the same before. `other`: the first decision was another one. `over`: the
 * run has ended. `unknown`: the run has asked for no such call.
 */
export type DecideOutcome = {
  readonly state: "decided" | "other" | "over" | "unknown";
  readonly status: RunStatus;
  /** The run goes on: it is released, for any replica to take. */
  readonly goesOn: boolean;
};

/**
 * The calls of runs that wait for a person's word. A run that waits belongs to no replica. Once all of its open calls
 * are decided it is released, as one whose replica has shut down is (`TakeoverStore`). All times are the database's.
 */
export interface ApprovalStore {
  /**
   * Stores calls before their run tells of them. Harmless when repeated; another input under the same id forgets what was
   * decided. Returns false, with nothing written, when the fence is not valid.
   */
  request(fence: Fence, calls: readonly NewApproval[]): Promise<boolean>;
  /**
   * The run stops here until all of these calls are decided, at most `timeoutMs`. `waiting`: no replica has it.
   * `released`: all were decided meanwhile, or it was cancelled; or another message waits for its end, and the open calls
   * are rejected with `rejection`. `stale`: the fence is not valid, or the run waits already.
   */
  wait(
    fence: Fence,
    toolCallIds: readonly string[],
    rest: { readonly timeoutMs: number; readonly rejection: string },
  ): Promise<"waiting" | "released" | "stale">;
  /** Null: the run never asked for such a call, or it has ended without a decision. */
  get(run: RunKey, toolCallId: string): Promise<Approval | null>;
  /** All calls of a run, in the order of their ids. */
  ofRun(run: RunKey): Promise<readonly Approval[]>;
  /** The first decision counts. Of concurrent ones, one is the first. */
  decide(deciding: Deciding): Promise<DecideOutcome>;
  /** Rejects the open calls of the thread's waiting run, if there is one. Returns whether that run goes on. */
  rejectAll(threadKey: ThreadKey, message: string): Promise<boolean>;
  /** The user's open calls, the oldest first. */
  open(userId: string, limit: number): Promise<readonly OpenApproval[]>;
  /** How many runs of a user wait, in other threads than this. */
  waiting(userId: string, except: ThreadKey): Promise<number>;
  /** Whether any run waits. */
  anyWaiting(): Promise<boolean>;
  /** Releases at most `limit` runs that have waited for too long, to be ended as cancelled. Returns how many. */
  expire(limit: number): Promise<number>;
  /**
   * Threads of waiting runs behind which others are queued, at most `limit`: whoever queued them has died before it
   * could call `rejectAll`.
   */
  blocking(limit: number): Promise<readonly ThreadKey[]>;
  /** Deletes at most `limit` undecided calls of runs that have ended. Returns how many. */
  sweep(limit: number): Promise<number>;
}
