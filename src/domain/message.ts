import type { AnswerDetail } from "./answer.ts";
import type { RunStatus, Usage } from "./run.ts";

/** One side of a turn, as a thread stores it. */
export interface Message {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly content: string;
  /**
   * The event it belongs to: a user's message has the seq of its run's first event, an assistant's that of the run's
   * terminal event. So a client that has read the messages can follow the events after the last of them.
   */
  readonly seq: number;
  readonly runId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A message with how its run ended, as a thread is shown. */
export interface StoredMessage extends Message {
  /**
   * Of an assistant's message. Null when it was stored without detail; it is then read from its run's events, which
   * begin with `firstSeq`.
   */
  readonly detail: AnswerDetail | null;
  readonly firstSeq: number | null;
  readonly status: RunStatus;
  readonly usage: Usage | null;
  /** The run that took the place of its turn; null while the turn stands. */
  readonly supersededBy: string | null;
  /** Its size in the store, in bytes. */
  readonly bytes: number;
}
