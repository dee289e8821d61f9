import { Value } from "@sinclair/typebox/value";
import type { AnyAgent } from "../agents/contract.ts";
import { RequestError } from "../domain/error.ts";
import type { System } from "../domain/system.ts";
import { isStorable } from "../domain/text.ts";
import { threadIdOf, threadKey, UserId } from "../domain/thread.ts";
import type { Store } from "../store/contract.ts";
import type { Ticket } from "../store/tickets/contract.ts";
import type { ReadableRun, RunRequest } from "./contract.ts";
import type { LiveRun } from "./live-run.ts";
import type { Registry } from "./registry.ts";
import type { Runs } from "./runs.ts";
import { findRun } from "./stored-run.ts";

/** Somebody has to come with a ticket within so many milliseconds of its making. */
const BEGIN_WITHIN_MS = 10 * 60_000;
/** From its making on, the run that it became may be read with it for so many milliseconds. */
const JOIN_WITHIN_MS = 60 * 60_000;

/** `<user, base64url>.<secret>`, see `System.secret`. A user id of 128 characters takes 683 of these at most. */
const TICKET = /^([\w-]{2,683})\.([\w-]{43})$/;

export interface TicketsParts {
  readonly store: Store;
  readonly system: System;
  readonly runs: Runs;
  readonly registry: Registry;
}

type KeptRequest = Omit<RunRequest, "file">;

/** A question that waits, or has become its run. */
interface Question {
  readonly userId: string;
  readonly ticket: Ticket & { readonly ageMs: number };
  readonly request: KeptRequest;
}

/**
 * Questions submitted by one request and asked by another: a browser's EventSource can only GET. The first to come with the
 * ticket begins the run, all others read the same one, from its first event, on whichever replica, also when it is over.
 */
export class Tickets {
  /** Runs of which this process does not know yet whether the store takes them. */
  readonly #beginning = new Map<string, Promise<LiveRun>>();

  constructor(private readonly parts: TicketsParts) {}

  /** Keeps the question and gives its ticket. Throws `invalid` for a model that is not to be had, or the store's error. */
  async issue(dialect: string, { file, ...request }: RunRequest): Promise<string> {
    if (file !== null) throw new Error(`a ticket of ${dialect} cannot keep a file`);
    const { store, system, runs } = this.parts;
    await runs.modelFor(request.model);
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

  /** Whose ticket it is, and what it asks. Throws `not_found` when it is none, another wire's, or has expired. */
  async look(dialect: string, id: string): Promise<Question> {
    const { store } = this.parts;
    const [userId, ticketId] = partsOf(id);
    const ticket = userId === null ? null : await store.tickets.get(userId, ticketId);
    if (userId === null || ticket?.dialect !== dialect) throw UNKNOWN();
    return { userId, ticket, request: JSON.parse(ticket.request) as KeptRequest };
  }

  /**
   * The run that the question has become, or becomes now. Throws `not_found` when it is too late for that; else as
   * `Runs.start`. `reader` aborts when whoever asks is gone.
   */
  async redeem(question: Question, agent: AnyAgent, traceId: string, reader: AbortSignal): Promise<ReadableRun> {
    const { userId, ticket } = question;
    const find = () => findRun(userId, ticket.runId, reader, this.parts);
    const begun = await find();
    if (begun !== null) return begun;
    if (ticket.ageMs >= BEGIN_WITHIN_MS) throw UNKNOWN();
    try {
      return await this.#begin(agent, question, traceId);
    } catch (error) {
      // Another replica was faster.
      const other = error instanceof RequestError && error.code === "conflict" ? await find() : null;
      if (other === null) throw error;
      return other;
    }
  }

  /** All who come while it begins get the same run, or the same refusal. */
  #begin(agent: AnyAgent, { ticket, request }: Question, traceId: string): Promise<LiveRun> {
    const { runId, threadKey: key } = ticket;
    const known = this.#beginning.get(runId);
    if (known !== undefined) return known;
    // It may have begun since the store was asked.
    const live = this.parts.registry.get(runId);
    if (live !== undefined) return Promise.resolve(live);
    const asked = { ...request, threadId: threadIdOf(key), file: null };
    const beginning = this.parts.runs.start(agent, asked, traceId, runId).finally(() => this.#beginning.delete(runId));
    this.#beginning.set(runId, beginning);
    return beginning;
  }
}

/** User and secret of a ticket; null when it is none. */
const partsOf = (id: string): readonly [userId: string | null, ticketId: string] => {
  const [, user = "", ticketId = ""] = TICKET.exec(id) ?? [];
  const userId = Buffer.from(user, "base64url").toString();
  return [Value.Check(UserId, userId) && isStorable(userId) ? userId : null, ticketId];
};

const UNKNOWN = (): RequestError =>
  new RequestError("not_found", "The ticket does not exist or has expired. Request a new one.");
