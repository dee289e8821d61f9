import type { Usage } from "./run.ts";

/** What a run has used and withheld so far. It is stored with its checkpoints and rounds, for another attempt. */
export interface RunProgress {
  /** Of all attempts. */
  readonly usage: Usage;
  /** Text of the answer that is not in the log yet, because the caller wants the answer in one piece. Absent: none. */
  readonly held?: string;
}
