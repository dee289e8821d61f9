import type { ThreadKey } from "../domain/thread.ts";

/**
 * Questions that were handed in and wait for whoever comes with the ticket. A ticket is never changed: the run that it
 * becomes is named when it is made, so that however many come with it, on whichever replica, whenever a process dies in
 * between, all of them start the same run, and a store begins a run once.
 */
export interface TicketStore {
  put(ticket: NewTicket): Promise<void>;
  /** Null: there is none of this user's by that name, or it has expired by `now`. */
  get(userId: string, ticketId: string, now: number): Promise<Ticket | null>;
  /** Removes at most `limit` tickets that have expired by `now`; returns how many. */
  sweep(now: number, limit: number): Promise<number>;
}

export interface Ticket {
  /** The wire that it was handed in by. */
  readonly dialect: string;
  /** What is to be run, as compact JSON. */
  readonly request: string;
  /** The run that it becomes. */
  readonly runId: string;
  readonly threadKey: ThreadKey;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface NewTicket extends Ticket {
  /** Unguessable: it is all that whoever comes has to show. */
  readonly ticketId: string;
  readonly expiresAt: number;
}
