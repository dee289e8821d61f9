import type { ModelError } from "./contract.ts";

/** What is worth a line in the log when a model call does not go straight through. The error's `cause` is for it alone. */
export interface ModelLog {
  /** The call is made again after `delayMs`. `attempt` counts the failures so far, from 1. */
  retry(info: {
    readonly model: string;
    readonly attempt: number;
    readonly delayMs: number;
    readonly error: ModelError;
  }): void;
  /** `model` is given up for this call, and `next` is asked. */
  fallback(info: { readonly model: string; readonly next: string; readonly error: ModelError }): void;
}
