import type { RunFile } from "../domain/document.ts";
import type { RunError } from "../domain/error.ts";
import type { Multitask } from "../domain/multitask.ts";
import type { RunInput } from "../domain/run.ts";
import type { ThreadKey } from "../domain/thread.ts";
import type { ModelChoice } from "../models/choice.ts";

/** How a request wants its run placed among those of its thread. */
export interface RequestedPlacement {
  /** Null: `queue`. */
  readonly multitask: Multitask | null;
  /** A run of the thread: the new run takes the place of that turn and of all turns after it. Null: none. */
  readonly supersedes: string | null;
}

/** What a dialect parses from a request. */
export interface RunRequest {
  readonly userId: string;
  /** Null: a new thread. */
  readonly threadId: string | null;
  /** The agent's name. Null: that of the wire. */
  readonly agent: string | null;
  readonly input: RunInput;
  /** Null: the agent's model, else the default one. */
  readonly model: ModelChoice | null;
  /** A file sent with the question, for the agent alone. It is stored nowhere. */
  readonly file: RunFile | null;
  /** Absent: the run is queued behind the unfinished ones, and takes nobody's place. */
  readonly placement?: RequestedPlacement;
}

/** A run as readers see it, on whichever replica it executes. */
export interface ReadableRun {
  readonly runId: string;
  readonly threadKey: ThreadKey;
  readonly userId: string;
  readonly traceId: string;
  /** The thread's last seq before the run's first event, where readers begin. Null: the run will never start here. */
  readonly started: Promise<number | null>;
  /** True when no part of the run executes in this process, or its part here is over. */
  readonly hasEnded: boolean;
  /**
   * Ends the run with `why`, because a client is about to be told so. Returns the error that may be reported: `why`, or
   * the failure that the run already ends with. Null when neither can be promised: the run has ended, may have ended,
   * or continues on another replica.
   */
  decide(why: RunError): RunError | null;
}
