import type { ModelError } from "./contract.ts";

/** Log lines for a model call that fails. The error's `cause` is for the log alone. */
export interface ModelLogger {
  /** The call is made again after `delayMs`. `attempt` counts the failures so far, from 1. */
  retry(info: {
    readonly model: string;
    /** Absent: the call belongs to no run. */
    readonly runId?: string | undefined;
    readonly attempt: number;
    readonly delayMs: number;
    readonly error: ModelError;
  }): void;
  /**
   * The server has refused a feature of a call (such as `tools`), and has accepted the call without it. Once for each
   * model and feature. `without` says what becomes of it.
   */
  lacking(info: { readonly model: string; readonly feature: string; readonly without: string }): void;
  /**
   * The server has refused a call without a reason, and has accepted it without several features, this one among them.
   * Only the one that was left out last is known to be refused (`lacking`); the next call asks for this one again.
   */
  leftOut(info: { readonly model: string; readonly feature: string; readonly without: string }): void;
  /** The embedding model takes at most this many texts in a call, or of this length, and gets no more from now on. */
  limited(info: { readonly model: string; readonly texts: number; readonly characters: number }): void;
  /** The call to `model` failed for good, and `next` is called. */
  fallback(info: {
    readonly model: string;
    /** Absent: the call belongs to no run. */
    readonly runId?: string | undefined;
    readonly next: string;
    readonly error: ModelError;
  }): void;
  /** A call that belongs to no run, such as for embedding, failed for good. A run reports its own failure. */
  failed(error: ModelError): void;
}
