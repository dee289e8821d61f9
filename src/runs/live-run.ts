import { RunError } from "../domain/error.ts";
import type { ThreadKey } from "../domain/thread.ts";
import type { Verdict } from "../journal/verdict.ts";
import type { ReadableRun } from "./contract.ts";

/** What a run is told that the store did not take. Nobody reads it: it has no log, and no reader. */
export const NOT_PERSISTED = new RunError("store_unavailable", "The run could not be stored.");

/** What a run ends with that was asked to stop. */
export const CANCELLED = new RunError("cancelled", "The run was cancelled.");

/** A run that this process executes, or that waits here for its turn. */
export class LiveRun implements ReadableRun {
  /** Nothing of it happens here any more. */
  hasEnded = false;
  #isPersisted = false;
  readonly #persisted = Promise.withResolvers<boolean>();
  readonly #started = Promise.withResolvers<number | null>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<void>();
  readonly #controller = new AbortController();
  #verdict: Pick<Verdict, "decide"> | undefined;

  constructor(
    readonly runId: string,
    readonly threadKey: ThreadKey,
    readonly userId: string,
    readonly traceId: string,
  ) {}

  /** The store has its row; until then nobody else can know of it. */
  get isPersisted(): boolean {
    return this.#isPersisted;
  }

  /** Whether the store has taken its row, once that is known: whoever begins it says so, by `keep` or `drop`. */
  get persisted(): Promise<boolean> {
    return this.#persisted.promise;
  }

  get started(): Promise<number | null> {
    return this.#started.promise;
  }

  /** Resolves once the run's end is kept, or once another replica has taken it over. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Aborts with a RunError, which the run then ends with, or with `lost`, when it must not write another word. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves once it is told to stop. */
  get stopped(): Promise<void> {
    return this.#stopped.promise;
  }

  abort(why: RunError | "lost"): void {
    this.#controller.abort(why);
    this.#stopped.resolve();
  }

  /** Its log is open: from now on that settles what it ends with. */
  opened(verdict: Pick<Verdict, "decide">): void {
    this.#verdict = verdict;
  }

  decide(why: RunError): RunError | null {
    if (this.hasEnded || this.signal.reason === "lost") return null;
    const told = this.#verdict === undefined ? why : this.#verdict.decide(why);
    if (told !== null) this.abort(told);
    // One that waits for its turn ends in it, with what it was told to stop for.
    return this.#verdict === undefined && this.signal.reason instanceof RunError ? this.signal.reason : told;
  }

  confirm(): void {
    this.#isPersisted = true;
    this.#persisted.resolve(true);
  }

  /** The store has not taken its row: it stops, and leaves nothing. */
  reject(): void {
    this.#persisted.resolve(false);
    this.abort(NOT_PERSISTED);
  }

  start(lastSeq: number): void {
    this.#started.resolve(lastSeq);
  }

  end(): void {
    this.hasEnded = true;
    this.#started.resolve(null);
    this.#ended.resolve();
  }
}
