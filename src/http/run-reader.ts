import type { Dialect, View } from "../dialects/contract.ts";
import { isRecoverable, RunError } from "../domain/error.ts";
import { isTerminal, type LogEvent } from "../domain/event.ts";
import type { Follower } from "../journal/follow.ts";
import { DELETED } from "../journal/hub.ts";
import type { ReadableRun } from "../runs/kept.ts";
import { CANCELLED } from "../runs/live.ts";
import { StoreError } from "../store/contract.ts";
import { encodeFrame } from "../wire/encode.ts";
import { bytes, END, type StreamStep } from "./byte-stream.ts";
import { LogReader } from "./log-reader.ts";
import { COMMENT, type StreamParts } from "./stream.ts";

/**
 * One reader of a run: bytes in a dialect. A comment at once, then the run's frames as they are kept, a comment whenever it
 * has been quiet, and exactly one terminal frame. Ends without one only when the reader leaves.
 */
export class RunReader extends LogReader {
  /** Ends the wait for the run's turn. */
  #stopWaiting: (() => void) | undefined;

  constructor(
    private readonly dialect: Pick<Dialect, "translate">,
    private readonly run: ReadableRun,
    view: View,
    parts: StreamParts,
  ) {
    super(view, parts);
  }

  override leave(): void {
    super.leave();
    this.#stopWaiting?.();
  }

  /** Waits while the thread is busy with an earlier turn; then reads from where the run's events begin. */
  protected async start(): Promise<StreamStep | null> {
    const { run, parts } = this;
    const start = await this.#orLate(run.started);
    if (this.isOver) return END;
    if (start === "late") return COMMENT;
    if (start === null) throw run.signal.reason instanceof RunError ? run.signal.reason : CANCELLED;
    this.follower = parts.journal.follow(run.threadKey, start, parts.heartbeatMs);
    return null;
  }

  protected read(follower: Follower): StreamStep | Promise<StreamStep> | null {
    for (;;) {
      const batch = follower.poll();
      if (batch === null) return null;
      if (batch === undefined) return END;
      if (batch.length === 0) return this.run.hasEnded ? this.#lookAround() : COMMENT;
      const text = this.#translate(batch);
      if (text !== "") return bytes(text);
      if (this.isOver) return END;
      // What this wire does not show leaves its reader waiting all the same.
      follower.skipped();
    }
  }

  /** A terminal event of this stream alone: there is no place in the log for it. */
  protected failed(thrown: unknown): StreamStep {
    // A RunError is how the run ended, or why readers are dismissed: nothing broke.
    if (!(thrown instanceof RunError)) this.parts.broken(this.run.runId, thrown);
    this.isOver = true;
    const { code, message } = thrown instanceof RunError ? thrown : thrown instanceof StoreError ? AWAY : FAILED;
    const json = JSON.stringify({ code, message, recoverable: isRecoverable(code) });
    const event: LogEvent = { runId: this.run.runId, seq: 0, type: "error", at: this.parts.system.now(), json };
    const frame = this.dialect.translate(event, this.view);
    return frame === null ? END : bytes(encodeFrame(frame));
  }

  /** What `promise` gives, or `late` after as long as it may be quiet, or as soon as the reader leaves. */
  async #orLate<T>(promise: Promise<T>): Promise<T | "late"> {
    const { promise: late, resolve } = Promise.withResolvers<"late">();
    this.#stopWaiting = () => resolve("late");
    const timer = setTimeout(this.#stopWaiting, this.parts.heartbeatMs);
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
      this.#stopWaiting = undefined;
    }
  }

  /** Taken over by another replica, a run's end comes by way of the store; deleted with its thread, none ever will. */
  async #lookAround(): Promise<StreamStep> {
    const { run, parts } = this;
    if ((await parts.store.runs.get(run.userId, run.runId)) === null) throw DELETED;
    return COMMENT;
  }

  #translate(batch: readonly LogEvent[]): string {
    let text = "";
    for (const event of batch) {
      if (event.runId !== this.run.runId) continue;
      const frame = this.dialect.translate(event, this.view);
      if (frame !== null) text += encodeFrame(frame);
      if (isTerminal(event.type)) {
        this.isOver = true;
        break;
      }
    }
    return text;
  }
}

const AWAY = new RunError("store_unavailable", "The store is away; what was answered so far is kept.");
const FAILED = new RunError("internal", "The server failed to stream the answer.");
