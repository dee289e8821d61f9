import { Value } from "@sinclair/typebox/value";
import type { AnyAgent } from "../agents/contract.ts";
import { RequestError } from "../domain/error.ts";
import type { System } from "../domain/system.ts";
import { isStorable } from "../domain/text.ts";
import { type ThreadKey, threadIdOf, threadKey, UserId } from "../domain/thread.ts";
import type { Store } from "../store/contract.ts";
import type { Ticket } from "../store/contract-tickets.ts";
import { KeptRun, type ReadableRun } from "./kept.ts";
import type { LiveRun } from "./live.ts";
import type { Registry } from "./registry.ts";
import type { RunRequest, Runs } from "./runs.ts";

/** Somebody has to come with a ticket within so many milliseconds of its making. */
const BEGIN_WITHIN_MS = 10 * 60_000;
/** From its making on, the run that it became may be read with it for so many milliseconds. */
const JOIN_WITHIN_MS = 60 * 60_000;

/** `<user, base64url>.<secret>`, see `System.secret`. A user id of 128 characters takes 512 of these at most. */
const TICKET = /^([\w-]{2,512})\.([\w-]{43})$/;

export interface TicketsParts {
  readonly store: Store;
  readonly system: System;
  readonly runs: Runs;
  readonly registry: Registry;
}

/**
 * Questions handed in by one request and asked by another: a browser's EventSource can only GET. The first to come with the
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

  /**
   * The run that the ticket has become, or becomes now. Throws `not_found` when the ticket is none, another wire's, or has
   * expired; else as `Runs.start`. `reader` aborts when whoever asks is gone. `mayUse` is asked before
   * anything begins or is shown, and throws where whoever asks may not have that thread.
   */
  async redeem(
    dialect: string,
    agent: AnyAgent,
    id: string,
    traceId: string,
    reader: AbortSignal,
    mayUse: (key: ThreadKey) => void,
  ): Promise<ReadableRun> {
    const { store } = this.parts;
    const [userId, ticketId] = partsOf(id);
    const ticket = userId === null ? null : await store.tickets.get(userId, ticketId);
    if (userId === null || ticket?.dialect !== dialect) throw UNKNOWN();
    mayUse(ticket.threadKey);
    const begun = await this.#find(userId, ticket, reader);
    if (begun !== null) return begun;
    if (ticket.ageMs >= BEGIN_WITHIN_MS) throw UNKNOWN();
    try {
      return await this.#begin(agent, ticket, traceId);
    } catch (error) {
      // Another replica was faster.
      const other =
        error instanceof RequestError && error.code === "conflict" ? await this.#find(userId, ticket, reader) : null;
      if (other === null) throw error;
      return other;
    }
  }

  async #find(userId: string, { runId }: Ticket, reader: AbortSignal): Promise<ReadableRun | null> {
    const { store, registry } = this.parts;
    const live = registry.get(runId);
    if (live?.isKept) return live;
    const run = await store.runs.get(userId, runId);
    return run === null ? null : new KeptRun(run, reader, this.parts);
  }

  /** All who come while it begins get the same run, or the same refusal. */
  #begin(agent: AnyAgent, { runId, request, threadKey: key }: Ticket, traceId: string): Promise<LiveRun> {
    const known = this.#beginning.get(runId);
    if (known !== undefined) return known;
    // It may have begun since the store was asked.
    const live = this.parts.registry.get(runId);
    if (live !== undefined) return Promise.resolve(live);
    const asked = { ...(JSON.parse(request) as Omit<RunRequest, "file">), threadId: threadIdOf(key), file: null };
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
  new RequestError("not_found", "There is no such ticket, or it has expired. Ask for another one.");
