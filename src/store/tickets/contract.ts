import type { ThreadKey } from "../../domain/thread.ts";

/**
 * Questions that were handed in and wait for whoever comes with the ticket. A ticket is never changed: the run that it
 * becomes is named when it is made, so that however many come with it, on whichever replica, whenever a process dies in
 * between, all of them start the same run, and a store begins a run once. Whether it has expired, and how old it is, the
 * database's clock decides: a replica's own may be off by more than a ticket's life.
 */
export interface TicketStore {
  put(ticket: NewTicket): Promise<void>;
  /** Null: there is none of this user's by that name, or it has expired. */
  get(userId: string, ticketId: string): Promise<(Ticket & { readonly ageMs: number }) | null>;
  /** Removes at most `limit` tickets that have expired, the oldest first; returns how many. */
  sweep(limit: number): Promise<number>;
}

export interface Ticket {
  /** The wire that it was handed in by. */
  readonly dialect: string;
  /** What is to be run, as compact JSON. */
  readonly request: string;
  /** The run that it becomes. */
  readonly runId: string;
  readonly threadKey: ThreadKey;
}

export interface NewTicket extends Ticket {
  /** Unguessable: it is all that whoever comes has to show. */
  readonly ticketId: string;
  /** How long it may be used for from now on, in milliseconds. */
  readonly ttlMs: number;
}
