import { RunError } from "../domain/error.ts";
import type { ThreadKey } from "../domain/thread.ts";
import type { Verdict } from "../journal/verdict.ts";
import type { ReadableRun } from "./contract.ts";

/** Aborts a run whose insert failed. Nobody reads it: the run has no log and no readers. */
export const NOT_PERSISTED = new RunError("store_unavailable", "The run could not be stored.");

/** The error that ends a cancelled run. */
export const CANCELLED = new RunError("cancelled", "The run was cancelled.");

/** A run that this process executes, or that is queued in it. */
export class LiveRun implements ReadableRun {
  /** True once the run's part in this process is over. */
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

  /** Whether the store has the run's row. Until then no other replica can know of the run. */
  get isPersisted(): boolean {
    return this.#isPersisted;
  }

  /** Resolves with whether the store has taken the run's row. `Runs.start` settles it with `confirm` or `reject`. */
  get persisted(): Promise<boolean> {
    return this.#persisted.promise;
  }

  get started(): Promise<number | null> {
    return this.#started.promise;
  }

  /** Resolves once the run's end is stored, or once another replica has taken the run over. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Aborts with the RunError that the run then ends with, or with `lost` when it must not write any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves when the run is aborted. */
  get stopped(): Promise<void> {
    return this.#stopped.promise;
  }

  abort(why: RunError | "lost"): void {
    this.#controller.abort(why);
    this.#stopped.resolve();
  }

  /** Called when the run's log is open. From then on `verdict` decides what the run ends with. */
  opened(verdict: Pick<Verdict, "decide">): void {
    this.#verdict = verdict;
  }

  decide(why: RunError): RunError | null {
    if (this.hasEnded || this.signal.reason === "lost") return null;
    const decided = this.#verdict === undefined ? why : this.#verdict.decide(why);
    if (decided !== null) this.abort(decided);
    // A queued run ends when its turn comes, with the reason of its abort.
    return this.#verdict === undefined && this.signal.reason instanceof RunError ? this.signal.reason : decided;
  }

  confirm(): void {
    this.#isPersisted = true;
    this.#persisted.resolve(true);
  }

  /** Aborts a run whose insert failed. It leaves no trace. */
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
