import type { Rate } from "../../domain/rate.ts";

/** What is counted per user: requests that start a run, and tokens of models. */
export type UsageKind = "requests" | "tokens";

/** A user's count in the current window of the database's clock. */
export interface WindowUsage {
  readonly total: number;
  /** Milliseconds until the window ends and the count with it. */
  readonly endsInMs: number;
}

/**
 * What users have used, in windows of the database's clock, so that replicas agree. Deleting a thread changes no count.
 * A count belongs to one window length; changing the length begins a new count.
 */
export interface UsageStore {
  read(userId: string, kind: UsageKind, windowMs: number): Promise<WindowUsage>;
  /** Counts one more unless the limit has been reached: of concurrent calls, as many succeed as fit. */
  take(userId: string, kind: UsageKind, rate: Rate): Promise<WindowUsage & { readonly isTaken: boolean }>;
  /** Adds `amount`, which may be negative, regardless of any limit. */
  add(userId: string, kind: UsageKind, windowMs: number, amount: number): Promise<WindowUsage>;
  /** Removes at most `limit` counts whose window is over. Returns how many. */
  sweep(limit: number): Promise<number>;
}
