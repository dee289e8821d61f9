import type { AnswerDetail } from "./answer.ts";
import type { RunStatus, Usage } from "./run.ts";

/** One turn's side of the conversation, as a thread keeps it. */
export interface Message {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly content: string;
  /**
   * The event it belongs to: a user's message carries the seq of its run's first event, an assistant's that of the run's
   * terminal event. So a client that has read the messages can follow the events after the last of them.
   */
  readonly seq: number;
  readonly runId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A message as a model is reminded of it. */
export interface Remembered extends Message {
  /** What the user showed with it, by address or inline; none for an assistant's, nor for a message of long ago. */
  readonly images: readonly string[];
}

/** A message with how its run ended, as a thread is shown. */
export interface StoredMessage extends Message {
  /** Of an assistant's. Null: it was kept without, and its run's events tell, which begin with `firstSeq`. */
  readonly detail: AnswerDetail | null;
  readonly firstSeq: number | null;
  readonly status: RunStatus;
  readonly usage: Usage | null;
  /** What it takes in the store, in bytes. */
  readonly bytes: number;
}
