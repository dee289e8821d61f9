import type { Dialect, View } from "../dialects/contract.ts";
import { isRecoverable, RunError } from "../domain/error.ts";
import { isTerminal, type LogEvent } from "../domain/event.ts";
import type { Follower } from "../journal/follow.ts";
import { DELETED } from "../journal/hub.ts";
import type { ReadableRun } from "../runs/kept.ts";
import { StoreError } from "../store/contract.ts";
import { encodeFrame } from "../wire/encode.ts";
import { bytes, COMMENT, END, type StreamIterator, type StreamParts, type StreamStep } from "./stream.ts";

/**
 * One reader of a run: bytes in a dialect. A comment at once, then the run's frames as they are kept, a comment whenever it
 * has been quiet, and exactly one terminal frame. Ends early, without one, only when the reader is gone (`signal`). Never
 * throws. To Elysia it is a generator; one by hand, since a real one costs a token as much as all that is done in here.
 */
export class RunReader implements StreamIterator {
  #follower: Follower | undefined;
  #hasBegun = false;
  #isOver = false;

  constructor(
    private readonly dialect: Pick<Dialect, "translate">,
    private readonly run: ReadableRun,
    private readonly view: View,
    private readonly signal: AbortSignal,
    private readonly parts: StreamParts,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<StreamStep> {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      return COMMENT;
    }
    try {
      const follower = this.#follower ?? (await this.#start());
      if (follower === null) return COMMENT;
      while (!this.#isOver) {
        const { value: batch } = await follower.next();
        if (batch === undefined) break;
        if (batch.length === 0) {
          if (!(await this.#isGone())) return COMMENT;
          throw DELETED;
        }
        const text = this.#translate(batch);
        if (text !== "") return bytes(text);
        // What this wire does not show leaves its reader waiting all the same.
        follower.skipped();
      }
    } catch (error) {
      if (!this.#isOver) return this.#endWith(error);
    }
    return this.return();
  }

  async return(): Promise<StreamStep> {
    this.#isOver = true;
    await this.#follower?.return();
    return END;
  }

  /** Waits while the thread is busy with an earlier turn; then reads from where the run's events begin. Null: it still waits. */
  async #start(): Promise<Follower | null> {
    const { run, signal, parts } = this;
    const start = await within(run.started, parts.heartbeatMs, signal);
    if (start === "late") return null;
    if (start === null) throw run.signal.reason instanceof RunError ? run.signal.reason : CANCELLED;
    this.#follower = parts.journal.follow(run.threadKey, start, { signal, quietMs: parts.heartbeatMs });
    return this.#follower;
  }

  #translate(batch: readonly LogEvent[]): string {
    let text = "";
    for (const event of batch) {
      if (event.runId !== this.run.runId) continue;
      const frame = this.dialect.translate(event, this.view);
      if (frame !== null) text += encodeFrame(frame);
      if (isTerminal(event.type)) {
        this.#isOver = true;
        break;
      }
    }
    return text;
  }

  /** Taken over by another replica, a run's end comes by way of the store; deleted with its thread, none ever will. */
  async #isGone(): Promise<boolean> {
    const { run, parts } = this;
    return run.hasEnded && (await parts.store.runs.get(run.userId, run.runId)) === null;
  }

  /** A terminal event of this stream alone: there is no place in the log for it. */
  #endWith(thrown: unknown): StreamStep {
    // A RunError is how the run ended, or why readers are dismissed: nothing broke.
    if (!(thrown instanceof RunError)) this.parts.broken(this.run.runId, thrown);
    this.#isOver = true;
    const { code, message } = thrown instanceof RunError ? thrown : thrown instanceof StoreError ? AWAY : FAILED;
    const json = JSON.stringify({ code, message, recoverable: isRecoverable(code) });
    const event: LogEvent = { runId: this.run.runId, seq: 0, type: "error", at: this.parts.system.now(), json };
    const frame = this.dialect.translate(event, this.view);
    return frame === null ? END : bytes(encodeFrame(frame));
  }
}

const AWAY = new RunError("store_unavailable", "The store is away; what was answered so far is kept.");
const FAILED = new RunError("internal", "The server failed to stream the answer.");
const CANCELLED = new RunError("cancelled", "The run was cancelled.");

/** What `promise` gives, or `late` after `ms` milliseconds, or as soon as `signal` aborts. */
const within = async <T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T | "late"> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wake = () => {};
  const late = new Promise<"late">((resolve) => {
    wake = () => resolve("late");
    timer = setTimeout(wake, ms);
    signal.addEventListener("abort", wake, { once: true });
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", wake);
  }
};
