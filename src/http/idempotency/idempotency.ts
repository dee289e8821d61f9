import { RequestError } from "../../domain/error.ts";
import type { ReadableRun } from "../../runs/contract.ts";
import { every } from "../../runs/every.ts";
import type { Registry } from "../../runs/registry.ts";
import { findRun, joinRun, type StoredRunParts } from "../../runs/stored-run.ts";
import type { KeyClaim, KeyState } from "../../store/idempotency/contract.ts";
import { type KeyedRequest, usedOtherwise } from "./key.ts";

/** How long a key is kept, from the request that brought it. */
const TTL_MS = 24 * 60 * 60_000;
/** How long after its process died a request may be carried out by another. Prolonged while it goes on. */
const HOLD_MS = 10_000;
/** How often a request looks whether the one before it is over. */
const POLL_MS = 100;

/** The ids of what a request makes, chosen with its key. */
export interface Made {
  readonly id: string;
  readonly threadId: string;
  /** An earlier attempt ended without a word: what it was to make may exist. */
  readonly isTakenOver: boolean;
}

/** What a write answers. */
export interface WriteAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface IdempotencyParts extends StoredRunParts {
  readonly registry: Registry;
  /** What became of a request could not be stored. */
  unkept(error: unknown): void;
}

type Ended = Extract<KeyState, { readonly state: "done" }>;
type Claim = Pick<KeyClaim, "userId" | "endpoint" | "key" | "holder">;

/**
 * Carries a request with a key out once, on any replica: one that is sent again gets the same run, or the same answer. A
 * request that is refused, or whose process dies first, leaves the key as if it had not come.
 */
export class Idempotency {
  /** Requests of this process that are being carried out, by their holder. */
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(private readonly parts: IdempotencyParts) {}

  /**
   * Returns the run that the request starts, or that an earlier one with its key has started, whatever became of it.
   * `start` begins the run under the ids it is given; null when the request has no key. Throws `invalid` for a key of
   * another request, `not_found` when the run was deleted with its thread, and what `start` throws.
   */
  async run<Run extends ReadableRun>(
    request: KeyedRequest | null,
    threadId: string | null,
    client: AbortSignal,
    start: (made: Made | null) => Promise<Run>,
  ): Promise<ReadableRun> {
    if (request === null) return start(null);
    const { store } = this.parts;
    const { userId } = request.name;
    const join = (id: string) => joinRun(userId, id, client, this.parts);
    const state = await this.#claim(request, threadId, client, async ({ state, madeId }) =>
      state === "held"
        ? joinRun(userId, madeId, client, this.parts, () => store.idempotency.join({ ...request.name, madeId }))
        : null,
    );
    if ("found" in state) return state.found;
    if ("ended" in state) {
      const run = await findRun(userId, state.ended.madeId, client, this.parts);
      if (run === null) throw GONE();
      return run;
    }
    const { claim, made } = state;
    return this.#carryOut(claim, async () => {
      const begun = made.isTakenOver ? await join(made.id) : null;
      if (begun !== null) return { result: begun, answer: null };
      try {
        return { result: await start(made), answer: null };
      } catch (error) {
        // An attempt that was thought dead began it after all.
        const other = error instanceof RequestError ? await join(made.id) : null;
        if (other === null) throw error;
        return { result: other, answer: null };
      }
    });
  }

  /**
   * Returns what the write answers, or has answered to an earlier request with its key. Throws `invalid` for a key of
   * another request, and what `work` throws.
   */
  async write(
    request: KeyedRequest | null,
    client: AbortSignal,
    work: (made: Made | null) => Promise<WriteAnswer>,
  ): Promise<WriteAnswer> {
    if (request === null) return work(null);
    const state = await this.#claim(request, null, client, async () => null);
    if ("ended" in state) return JSON.parse(state.ended.answer ?? "null") as WriteAnswer;
    if ("found" in state) throw new Error("a write is not looked for");
    const { claim, made } = state;
    return this.#carryOut(claim, async () => {
      const result = await work(made);
      return { result, answer: JSON.stringify(result) };
    });
  }

  /** Claims the key. Waits while another attempt is under way, unless `look` finds what that is to make. */
  async #claim<Found>(
    { name, digest }: KeyedRequest,
    threadId: string | null,
    client: AbortSignal,
    look: (state: KeyState) => Promise<Found | null>,
  ): Promise<
    { readonly claim: Claim; readonly made: Made } | { readonly ended: Ended } | { readonly found: NonNullable<Found> }
  > {
    const { store, system } = this.parts;
    const claim = { ...name, holder: system.id() };
    const madeId = system.id();
    const request = { ...claim, digest, madeId, threadId: threadId ?? system.id(), holdMs: HOLD_MS, ttlMs: TTL_MS };
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    client.addEventListener("abort", () => leave(), { once: true });
    for (;;) {
      const state = await store.idempotency.claim(request);
      if (state.state === "other") throw usedOtherwise();
      if (state.state === "done") return { ended: state };
      if (state.state === "claimed") {
        return { claim, made: { id: state.madeId, threadId: state.threadId, isTakenOver: state.isTakenOver } };
      }
      const found = await look(state);
      if (found !== null) return { found: found as NonNullable<Found> };
      const here = this.#underWay.get(nameOf(name));
      await Promise.race([here ?? system.sleep(POLL_MS), left]);
      client.throwIfAborted();
    }
  }

  /** Does the work while the key is held, and then stores what became of it. */
  async #carryOut<T>(
    claim: Claim,
    work: () => Promise<{ readonly result: T; readonly answer: string | null }>,
  ): Promise<T> {
    const { store, unkept } = this.parts;
    const stopHolding = every(HOLD_MS / 3, () => store.idempotency.hold({ ...claim, holdMs: HOLD_MS }).catch(unkept));
    const carriedOut = (async () => {
      try {
        const { result, answer } = await work();
        await store.idempotency.keep(claim, answer).catch(unkept);
        return result;
      } catch (error) {
        await store.idempotency.release(claim).catch(unkept);
        throw error;
      } finally {
        stopHolding();
        this.#underWay.delete(nameOf(claim));
      }
    })();
    this.#underWay.set(
      nameOf(claim),
      carriedOut.catch(() => {}),
    );
    return carriedOut;
  }
}

/** No part of a name contains a line break. */
const nameOf = ({ userId, endpoint, key }: KeyedRequest["name"]): string => `${userId}\n${endpoint}\n${key}`;

const GONE = (): RequestError =>
  new RequestError("not_found", "The run of this key was deleted with its thread. Send a new key to ask again.");
