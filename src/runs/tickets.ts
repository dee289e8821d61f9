import { Value } from "@sinclair/typebox/value";
import type { AnyAgent } from "../agents/contract.ts";
import { RequestError } from "../domain/error.ts";
import type { System } from "../domain/system.ts";
import { isStorable } from "../domain/text.ts";
import { threadIdOf, threadKey, UserId } from "../domain/thread.ts";
import type { Topics } from "../replicas/contract.ts";
import type { Store } from "../store/contract.ts";
import type { Ticket } from "../store/tickets/contract.ts";
import type { ReadableRun, RunRequest } from "./contract.ts";
import type { LiveRun } from "./live-run.ts";
import type { Registry } from "./registry.ts";
import type { Runs } from "./runs.ts";
import { joinRun } from "./stored-run.ts";

/** How many milliseconds after its creation a ticket can still begin a run. */
const BEGIN_WITHIN_MS = 10 * 60_000;
/** How many milliseconds after its creation a ticket can still read the run that it began. */
const JOIN_WITHIN_MS = 60 * 60_000;

/** `<user, base64url>.<secret>`, see `System.secret`. The base64url of a user id of 128 characters has at most 683. */
const TICKET = /^([\w-]{2,683})\.([\w-]{43})$/;

export interface TicketsParts {
  readonly store: Store;
  readonly system: System;
  readonly runs: Runs;
  readonly registry: Registry;
  readonly topics: Topics;
}

type StoredRequest = Omit<RunRequest, "file">;

/** A question that waits for its run, or has begun it. */
interface Question {
  readonly userId: string;
  readonly ticket: Ticket & { readonly ageMs: number };
  readonly request: StoredRequest;
}

/**
 * Questions that one request submits and another asks: a browser's EventSource can only GET. The first request with the
 * ticket begins the run. All others read the same run from its first event, on any replica, even when it has ended.
 */
export class Tickets {
  /** Runs that are being inserted, so this process does not know yet whether the store takes them. */
  readonly #beginning = new Map<string, Promise<LiveRun>>();

  constructor(private readonly parts: TicketsParts) {}

  /**
   * Stores the question and returns its ticket. Throws `invalid` for a model that is not available, or the store's
   * error.
   */
  async issue(dialect: string, { file, ...request }: RunRequest): Promise<string> {
    if (file !== null) throw new Error(`a ticket of ${dialect} cannot keep a file`);
    const { store, system, runs } = this.parts;
    await runs.modelFor(request.model, null);
    const { userId } = request;
    const threadId = request.threadId ?? system.id();
    const ticketId = system.secret();
    await store.tickets.put({
      ticketId,
      threadKey: threadKey(userId, threadId),
      dialect,
      request: JSON.stringify({ ...request, threadId }),
      runId: system.id(),
      ttlMs: JOIN_WITHIN_MS,
    });
    return `${Buffer.from(userId).toString("base64url")}.${ticketId}`;
  }

  /**
   * Returns a ticket's user and question. Throws `not_found` when the ticket does not exist, belongs to another dialect
   * or has expired.
   */
  async get(dialect: string, id: string): Promise<Question> {
    const { store } = this.parts;
    const [userId, ticketId] = partsOf(id);
    const ticket = userId === null ? null : await store.tickets.get(userId, ticketId);
    if (userId === null || ticket?.dialect !== dialect) throw UNKNOWN();
    return { userId, ticket, request: JSON.parse(ticket.request) as StoredRequest };
  }

  /**
   * Returns the run of the question, and begins it when there is none. Throws `not_found` when it is too late to begin
   * it; else as `Runs.start`. `reader` aborts when the client is gone.
   */
  async redeem(question: Question, agent: AnyAgent, traceId: string, reader: AbortSignal): Promise<ReadableRun> {
    const { userId, ticket } = question;
    const join = () => joinRun(userId, ticket.runId, reader, this.parts);
    const begun = await join();
    if (begun !== null) return begun;
    if (ticket.ageMs >= BEGIN_WITHIN_MS) throw UNKNOWN();
    try {
      return await this.#begin(agent, question, traceId);
    } catch (error) {
      // Another replica began it first.
      const other = error instanceof RequestError && error.code === "conflict" ? await join() : null;
      if (other === null) throw error;
      return other;
    }
  }

  /** Callers that come while the run begins all get the same run, or the same refusal. */
  #begin(agent: AnyAgent, { ticket, request }: Question, traceId: string): Promise<LiveRun> {
    const { runId, threadKey: key } = ticket;
    const known = this.#beginning.get(runId);
    if (known !== undefined) return known;
    // The run may have begun since the store was queried.
    const live = this.parts.registry.get(runId);
    if (live !== undefined) return Promise.resolve(live);
    const runRequest = { ...request, threadId: threadIdOf(key), file: null };
    const beginning = this.parts.runs
      .start(agent, runRequest, traceId, runId)
      .finally(() => this.#beginning.delete(runId));
    this.#beginning.set(runId, beginning);
    return beginning;
  }
}

/** Returns the user and the secret of a ticket. The user is null when the ticket is malformed. */
const partsOf = (id: string): readonly [userId: string | null, ticketId: string] => {
  const [, user = "", ticketId = ""] = TICKET.exec(id) ?? [];
  const userId = Buffer.from(user, "base64url").toString();
  return [Value.Check(UserId, userId) && isStorable(userId) ? userId : null, ticketId];
};

const UNKNOWN = (): RequestError =>
  new RequestError("not_found", "The ticket does not exist or has expired. Request a new one.");
