import type { ThreadKey } from "../../domain/thread.ts";

/**
 * Questions that were submitted in advance and that a request with the ticket redeems. A ticket never changes: the id
 * of its run is chosen when the ticket is made. So however many requests redeem it, on any replica, and even if a
 * process dies in between, all of them start the same run, and the store begins a run once. The database's clock
 * decides whether a ticket has expired and how old it is: a replica's clock may be off by more than a ticket's
 * lifetime.
 */
export interface TicketStore {
  put(ticket: NewTicket): Promise<void>;
  /** Null when this user has no ticket with that id, or when it has expired. */
  get(userId: string, ticketId: string): Promise<(Ticket & { readonly ageMs: number }) | null>;
  /** Removes at most `limit` expired tickets, the oldest first. Returns how many. */
  sweep(limit: number): Promise<number>;
}

export interface Ticket {
  /** The dialect that it was submitted in. */
  readonly dialect: string;
  /** The run's request, as compact JSON. */
  readonly request: string;
  /** The id of the run that it starts. */
  readonly runId: string;
  readonly threadKey: ThreadKey;
}

export interface NewTicket extends Ticket {
  /** Unguessable: it is the only credential that redeeming requires. */
  readonly ticketId: string;
  /** How long it is valid from now on, in milliseconds. */
  readonly ttlMs: number;
}
