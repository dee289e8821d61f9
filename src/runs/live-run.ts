import { RunError } from "../domain/error.ts";
import type { ThreadKey } from "../domain/thread.ts";
import type { RunWriter } from "../journal/writer.ts";
import type { EarlyWrite } from "../store/log/contract.ts";
import type { ReadableRun } from "./contract.ts";
import { Latch } from "./latch.ts";

/** Aborts a run whose insert failed. Nobody reads it: the run has no log and no readers. */
export const NOT_PERSISTED = new RunError("store_unavailable", "The run could not be stored.");

/** The error that ends a cancelled run. */
export const CANCELLED = new RunError("cancelled", "The run was cancelled.");

/**
 * Why a run stops: the error that it ends with; `lost`, when another replica has it and this one must not write any
 * more; `released`, when it is stored as it is for another attempt to go on with; or `waiting`, when that is to happen
 * once persons have answered.
 */
export type StopReason = RunError | "lost" | "released" | "waiting";

/** A run that this process executes, or that is queued in it. */
export class LiveRun implements ReadableRun {
  /** True once the run's part in this process is over. */
  hasEnded = false;
  #isPersisted = false;
  readonly #persisted = new Latch<boolean>();
  readonly #started = new Latch<number | null>();
  /** Undefined until somebody waits for it. */
  #ended: Latch<void> | undefined;
  #stopped: Latch<void> | undefined;
  readonly #controller = new AbortController();
  #log: Pick<RunWriter, "verdict" | "early"> | undefined;
  /** What the store has written with the run's row. */
  #written: EarlyWrite | undefined;
  #mostEarly = 0;

  constructor(
    readonly runId: string,
    readonly threadKey: ThreadKey,
    readonly userId: string,
    readonly traceId: string,
  ) {}

  /** Whether it is being executed, or is about to end. */
  get isUnderWay(): boolean {
    return this.#log !== undefined;
  }

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
    if (this.hasEnded) return Promise.resolve();
    this.#ended ??= new Latch();
    return this.#ended.promise;
  }

  /** Aborts with a `StopReason`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves when the run is aborted. */
  get stopped(): Promise<void> {
    if (this.signal.aborted) return Promise.resolve();
    this.#stopped ??= new Latch();
    return this.#stopped.promise;
  }

  abort(why: StopReason): void {
    this.#controller.abort(why);
    this.#stopped?.set();
  }

  /** Called when the run's log is open. From then on its verdict decides what the run ends with. */
  opened(log: Pick<RunWriter, "verdict" | "early">): void {
    this.#log = log;
  }

  /** Returns what the run has emitted so far, to be written with its row. */
  early(): EarlyWrite {
    const early = this.#log?.early() ?? { events: [], checkpoints: [] };
    this.#mostEarly = Math.max(this.#mostEarly, early.events.length);
    return early;
  }

  /** The most events that may have been written with the row. */
  get mostEarly(): number {
    return this.#mostEarly;
  }

  /** See `RunWriter.release`. Given once: a run does not hold its first events for as long as it lasts. */
  takeWritten(): EarlyWrite | undefined {
    const written = this.#written;
    this.#written = undefined;
    return written;
  }

  decide(why: RunError): RunError | null {
    if (this.hasEnded || typeof this.signal.reason === "string") return null;
    const decided = this.#log === undefined ? why : this.#log.verdict.decide(why);
    if (decided !== null) this.abort(decided);
    // A queued run ends when its turn comes, with the reason of its abort.
    return this.#log === undefined && this.signal.reason instanceof RunError ? this.signal.reason : decided;
  }

  /** The store has the run, and what was `written` with its row. */
  confirm(written?: EarlyWrite): void {
    this.#isPersisted = true;
    this.#written = written;
    this.#persisted.set(true);
  }

  /** Aborts a run whose insert failed. It leaves no trace. */
  reject(): void {
    this.#persisted.set(false);
    this.abort(NOT_PERSISTED);
  }

  start(lastSeq: number): void {
    this.#started.set(lastSeq);
  }

  end(): void {
    this.hasEnded = true;
    this.#started.set(null);
    this.#ended?.set();
  }
}
