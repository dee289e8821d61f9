import type { Dialect, View } from "../dialects/contract.ts";
import { isRecoverable, RunError } from "../domain/error.ts";
import { isTerminal, type LogEvent } from "../domain/event.ts";
import type { System } from "../domain/system.ts";
import type { Follower } from "../journal/follow.ts";
import type { Journal } from "../journal/journal.ts";
import type { LiveRun } from "../runs/live.ts";
import { type Store, StoreError } from "../store/contract.ts";
import { COMMENT_FRAME, encodeFrame } from "../wire/encode.ts";

export interface StreamParts {
  readonly journal: Journal;
  readonly store: Store;
  readonly system: System;
  readonly heartbeatMs: number;
  /** Something broke while a stream was under way: for the log. */
  broken(runId: string, error: unknown): void;
}

/** One reader of one run, in one dialect: what is to be sent next. */
export class RunReader {
  #follower: Follower | undefined;
  #isOver = false;

  constructor(
    private readonly dialect: Dialect,
    private readonly live: LiveRun,
    private readonly view: View,
    private readonly signal: AbortSignal,
    private readonly parts: StreamParts,
  ) {}

  /** The next frames, or a comment when it has been quiet. Null: the terminal frame has been given, or the reader is gone. Never throws. */
  async next(): Promise<string | null> {
    if (this.#isOver) return null;
    try {
      const start = this.#follower ?? (await this.#start());
      return start === null || typeof start === "string" ? start : await this.#read(start);
    } catch (error) {
      this.parts.broken(this.live.runId, error);
      return this.#endWith(error instanceof RunError ? error : error instanceof StoreError ? AWAY : FAILED);
    }
  }

  leave(): void {
    this.#isOver = true;
    void this.#follower?.return();
  }

  /** Waits while the thread is busy with an earlier turn; then reads from where the run's events begin. */
  async #start(): Promise<Follower | string | null> {
    const { live, signal, parts } = this;
    const start = await within(live.started, parts.heartbeatMs, signal);
    if (start === "late") return signal.aborted ? null : COMMENT_FRAME;
    if (start === null) return this.#endWith(live.signal.reason instanceof RunError ? live.signal.reason : CANCELLED);
    this.#follower = parts.journal.follow(live.threadKey, start, { signal, quietMs: parts.heartbeatMs });
    return this.#follower;
  }

  async #read(follower: Follower): Promise<string | null> {
    for (;;) {
      const { value: batch } = await follower.next();
      if (batch === undefined) return null;
      if (batch.length === 0) return (await this.#isGone()) ? this.#endWith(CANCELLED) : COMMENT_FRAME;
      const text = this.#translate(batch);
      if (text !== "") return text;
      // What this wire does not show leaves its reader waiting all the same.
      follower.skipped();
    }
  }

  #translate(batch: readonly LogEvent[]): string {
    let text = "";
    for (const event of batch) {
      if (event.runId !== this.live.runId) continue;
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
    const { live, parts } = this;
    return live.hasEnded && (await parts.store.runs.get(live.userId, live.runId)) === null;
  }

  /** A terminal event of this stream alone: there is no place in the log for it. */
  #endWith({ code, message }: RunError): string {
    this.#isOver = true;
    const event: LogEvent = {
      runId: this.live.runId,
      seq: 0,
      type: "error",
      at: this.parts.system.now(),
      json: JSON.stringify({ code, message, recoverable: isRecoverable(code) }),
    };
    const frame = this.dialect.translate(event, this.view);
    return frame === null ? COMMENT_FRAME : encodeFrame(frame);
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
