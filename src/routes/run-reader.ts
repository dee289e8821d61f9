import type { Dialect, View } from "../dialects/contract.ts";
import { isRecoverable, RunError } from "../domain/error.ts";
import { isTerminal, type LogEvent } from "../domain/event.ts";
import type { Follower } from "../journal/follow.ts";
import { DELETED } from "../journal/hub.ts";
import type { ReadableRun } from "../runs/kept.ts";
import { CANCELLED } from "../runs/live.ts";
import { StoreError } from "../store/contract.ts";
import { encodeFrame } from "../wire/encode.ts";
import { bytes, COMMENT, END, type StreamIterator, type StreamParts, type StreamStep } from "./stream.ts";

/**
 * One reader of a run: bytes in a dialect. A comment at once, then the run's frames as they are kept, a comment whenever it
 * has been quiet, and exactly one terminal frame. Ends early, without one, only when the reader is gone (`signal`). Never
 * throws. To Elysia it is a generator; one by hand, with one promise a step, since all others cost a token as much as what
 * is done in here.
 */
export class RunReader implements StreamIterator {
  #follower: Follower | undefined;
  #give: ((step: StreamStep | Promise<StreamStep>) => void) | undefined;
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

  next(): Promise<StreamStep> {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      return Promise.resolve(COMMENT);
    }
    if (this.#follower === undefined) return this.#start();
    return new Promise((resolve) => {
      this.#give = resolve;
      this.ring();
    });
  }

  async return(): Promise<StreamStep> {
    this.#isOver = true;
    await this.#follower?.return();
    return END;
  }

  /** For the follower: there may be news for whoever waits in `next`. */
  ring(): void {
    const step = this.#step();
    if (step === null) this.#follower?.wait(this);
    else this.#give?.(step);
  }

  /** Waits while the thread is busy with an earlier turn; then reads from where the run's events begin. */
  async #start(): Promise<StreamStep> {
    const { run, signal, parts } = this;
    try {
      const start = await within(run.started, parts.heartbeatMs, signal);
      if (this.#isOver) return END;
      if (start === "late") return COMMENT;
      if (start === null) throw run.signal.reason instanceof RunError ? run.signal.reason : CANCELLED;
      this.#follower = parts.journal.follow(run.threadKey, start, { signal, quietMs: parts.heartbeatMs });
    } catch (error) {
      return this.#isOver ? END : this.#endWith(error);
    }
    return this.next();
  }

  /** What there is to give; null: nothing yet. */
  #step(): StreamStep | Promise<StreamStep> | null {
    try {
      while (!this.#isOver) {
        const batch = this.#follower?.poll();
        if (batch === null) return null;
        if (batch === undefined) break;
        if (batch.length === 0) return this.run.hasEnded ? this.#lookAround() : COMMENT;
        const text = this.#translate(batch);
        if (text !== "") return bytes(text);
        // What this wire does not show leaves its reader waiting all the same.
        this.#follower?.skipped();
      }
    } catch (error) {
      if (!this.#isOver) return this.#endWith(error);
    }
    return this.return();
  }

  /** Taken over by another replica, a run's end comes by way of the store; deleted with its thread, none ever will. */
  async #lookAround(): Promise<StreamStep> {
    const { run, parts } = this;
    try {
      if ((await parts.store.runs.get(run.userId, run.runId)) !== null) return COMMENT;
    } catch (error) {
      return this.#endWith(error);
    }
    return this.#endWith(DELETED);
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
