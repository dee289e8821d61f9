import type { Upload } from "../domain/document.ts";
import type { RunError } from "../domain/error.ts";
import type { RunInput } from "../domain/run.ts";
import type { ThreadKey } from "../domain/thread.ts";
import type { ModelChoice } from "../models/choice.ts";

/** What a dialect makes of a request. */
export interface RunRequest {
  readonly userId: string;
  /** Null: a new thread. */
  readonly threadId: string | null;
  readonly input: RunInput;
  /** Null: the configured one. */
  readonly model: ModelChoice | null;
  /** What came with the question, for the agent alone: it is kept nowhere. */
  readonly file: Upload | null;
}

/** A run as its readers see it, wherever it is executed. */
export interface ReadableRun {
  readonly runId: string;
  readonly threadKey: ThreadKey;
  readonly userId: string;
  readonly traceId: string;
  /** The thread's last seq before the run's first event: where its readers begin. Null: it will never start here. */
  readonly started: Promise<number | null>;
  /** Nothing of it happens in this process, or none of it any more. */
  readonly hasEnded: boolean;
  /**
   * Has it end with `why`, since somebody has to be told so. Returns what may be told: `why`, or the failure that it ends with
   * anyway. Null: that cannot be promised, since it has ended, or may have, or goes on elsewhere.
   */
  decide(why: RunError): RunError | null;
}
