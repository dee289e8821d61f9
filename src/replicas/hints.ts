import type { System } from "../domain/system.ts";
import type { Store } from "../store/contract.ts";
import { HINT_KINDS, type HintKind, type HintTravel, type ReplicaHints } from "./contract.ts";
import type { HintLogger } from "./logger.ts";
import { keysIn, PendingHints, readMessage } from "./pending.ts";

/** A process that has received nothing of its own for this long sends itself a probe, in milliseconds. */
const PROBE_MS = 5_000;
/** How long a message may take to come back to its sender. */
const ECHO_MS = 2_000;
/** The pause before another attempt to listen, where hints do not arrive. It doubles each time. */
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

export interface HintsParts {
  readonly store: Pick<Store, "hints">;
  readonly system: Pick<System, "now">;
  /** This replica's id. */
  readonly owner: string;
  readonly logger: HintLogger;
}

type Hinted = (key: string | null) => void;

/**
 * Hints over the store's notifications. Each process hears its own messages too: while they come back, the others' can
 * be relied on to arrive. Where they do not (a pooler in transaction mode, a connection that died unnoticed) it says so,
 * and begins to listen anew from time to time.
 */
export class Hints implements ReplicaHints {
  readonly #pending = new PendingHints();
  readonly #hinted: Readonly<Record<HintKind, Set<Hinted>>>;
  #isSending = false;
  #sent = 0;
  /** The number of this process's last message that came back, and when. */
  #echoed = 0;
  #echoedAt: number;
  /** A message that has been sent and is awaited. */
  #awaited: { readonly number: number; readonly since: number } | undefined;
  #areArriving = false;
  #travel: HintTravel | null = null;
  #stopListening: (() => void) | undefined;
  #isBeginning = false;
  #retryMs = FIRST_RETRY_MS;
  #retryAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(private readonly parts: HintsParts) {
    this.#hinted = Object.fromEntries(HINT_KINDS.map((kind) => [kind, new Set<Hinted>()])) as Record<
      HintKind,
      Set<Hinted>
    >;
    this.#echoedAt = parts.system.now();
  }

  get areArriving(): boolean {
    return this.#areArriving;
  }

  /** Null until it is known, some seconds after the start. */
  get travel(): HintTravel | null {
    return this.#travel;
  }

  send(kind: HintKind, key: string | null): void {
    this.#pending.add(kind, key);
    if (this.#isSending || this.#isClosed) return;
    this.#isSending = true;
    // All hints of one turn of the event loop share a message.
    queueMicrotask(() => void this.#sendAll());
  }

  on(kind: HintKind, hinted: Hinted): () => void {
    // Given twice, it is called twice.
    const each: Hinted = (key) => hinted(key);
    this.#hinted[kind].add(each);
    return () => void this.#hinted[kind].delete(each);
  }

  /** Listens, and checks that hints arrive. Never throws: what fails is tried again at the next tick. */
  async tick(): Promise<void> {
    if (this.#isClosed) return;
    const now = this.parts.system.now();
    if (this.#stopListening === undefined) {
      if (now >= this.#retryAt) await this.#listen();
      return;
    }
    if (this.#awaited !== undefined && now - this.#awaited.since >= ECHO_MS) this.#isDeaf(now);
    else if (now - this.#echoedAt >= PROBE_MS || !this.#pending.isEmpty) this.send("probe", null);
  }

  /** Hints neither come nor go any more. */
  close(): void {
    this.#isClosed = true;
    this.#areArriving = false;
    this.#stopListening?.();
  }

  async #listen(): Promise<void> {
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    try {
      const stop = await this.parts.store.hints.listen({
        received: (payload) => this.#receive(payload),
        listening: () => this.#listening(),
      });
      if (this.#isClosed) stop();
      else this.#stopListening = stop;
      this.#awaited = undefined;
      // Where the server refuses to let it listen, nothing comes back.
      this.send("probe", null);
    } catch {
      // The store is away. It is known to say so elsewhere.
    } finally {
      this.#isBeginning = false;
    }
  }

  /** What was sent before may be lost. Once a message of its own has come back, this process looks at everything. */
  #listening(): void {
    this.#areArriving = false;
    this.#awaited = undefined;
    this.send("probe", null);
  }

  #receive(payload: string): void {
    const message = readMessage(payload);
    if (message === null || this.#isClosed) return;
    if (message.from === this.parts.owner) this.#cameBack(message.number);
    else for (const [kind, key] of keysIn(message)) this.#deliver(kind, key);
  }

  #cameBack(number: number): void {
    this.#echoed = Math.max(this.#echoed, number);
    this.#echoedAt = this.parts.system.now();
    if (this.#awaited !== undefined && this.#awaited.number <= this.#echoed) this.#awaited = undefined;
    if (this.#areArriving) return;
    this.#areArriving = true;
    this.#retryMs = FIRST_RETRY_MS;
    this.#settle("listen");
    // What others watch is not guessed but asked for.
    this.send("ask", null);
    for (const kind of HINT_KINDS) if (kind !== "watch") this.#deliver(kind, null);
  }

  #isDeaf(now: number): void {
    this.#areArriving = false;
    this.#awaited = undefined;
    this.#settle("poll");
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#retryAt = now + this.#retryMs;
    this.#retryMs = Math.min(MAX_RETRY_MS, 2 * this.#retryMs);
  }

  #settle(by: HintTravel["by"]): void {
    if (this.#travel?.by === by) return;
    this.#travel = { by, since: this.parts.system.now() };
    this.parts.logger.waySettled(by === "listen" ? "notified" : "polling");
  }

  #deliver(kind: HintKind, key: string | null): void {
    for (const hinted of this.#hinted[kind]) hinted(key);
  }

  /** One message is under way at a time; hints that come meanwhile go with the next. */
  async #sendAll(): Promise<void> {
    const { store, system, owner } = this.parts;
    try {
      while (!this.#pending.isEmpty && !this.#isClosed) {
        const messages = this.#pending.take(owner, () => ++this.#sent);
        for (const [at, message] of messages.entries()) {
          try {
            await store.hints.send(JSON.stringify(message));
          } catch {
            // The store is away: they are sent when the next tick finds it back, since readers may wait for them.
            for (const left of messages.slice(at)) this.#pending.putBack(left);
            return;
          }
          if (message.number > this.#echoed) this.#awaited ??= { number: message.number, since: system.now() };
        }
      }
    } finally {
      this.#isSending = false;
    }
  }
}
