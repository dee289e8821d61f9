import type { Rate } from "../../domain/rate.ts";

/** What is counted of a user: requests that start a run, tokens of models. */
export type UsageKind = "requests" | "tokens";

/** A user's count in the window that the database's clock is in. */
export interface WindowUsage {
  readonly total: number;
  /** Milliseconds until the window ends, and with it the count. */
  readonly endsInMs: number;
}

/**
 * What users have used, in windows of the database's clock: replicas agree, and what becomes of a thread changes nothing. A
 * count is for one length of window; whoever changes that begins a new one.
 */
export interface UsageStore {
  read(userId: string, kind: UsageKind, windowMs: number): Promise<WindowUsage>;
  /** Counts one more, unless the limit has been reached: of all who come at once, as many as fit are taken. */
  take(userId: string, kind: UsageKind, rate: Rate): Promise<WindowUsage & { readonly isTaken: boolean }>;
  /** Counts so many more (fewer, where negative), past any limit. */
  add(userId: string, kind: UsageKind, windowMs: number, amount: number): Promise<WindowUsage>;
  /** Removes at most `limit` counts whose window is over; returns how many. */
  sweep(limit: number): Promise<number>;
}
