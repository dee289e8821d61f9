import type { Dialect, View } from "../dialects/contract.ts";
import { RunError } from "../domain/error.ts";
import { failureEvent, isTerminal, type LogEvent } from "../domain/event.ts";
import { hasEnded } from "../domain/run.ts";
import type { Follower } from "../journal/follow.ts";
import { DELETED } from "../journal/hub.ts";
import type { ReadableRun } from "../runs/contract.ts";
import { CANCELLED } from "../runs/live-run.ts";
import { StoreError } from "../store/store-error.ts";
import { encodeFrame, type Frame } from "../wire/encode.ts";
import { bytes, CUT, END, type StreamStep } from "./byte-stream.ts";
import type { StreamParts } from "./contract.ts";
import { frameId, PAST_LOG } from "./frame-id.ts";
import { LogReader } from "./log-reader.ts";
import { COMMENT, namedComment, reconnect } from "./steps.ts";

/** How often it is looked whether a run has begun that another replica has. */
const START_POLL_MS = 500;

/** Where a GET resumes a run. Its frames then have ids. */
export interface Resumed {
  /** The seq of the last event that the reader has seen; 0 for none. */
  readonly after: number;
}

/**
 * One reader of a run, as bytes in a dialect: a comment at once, then the run's frames as they are committed, a comment
 * after each quiet interval, and exactly one terminal frame.
 * It ends without one when the reader leaves, or when the service must leave a run that goes on, because the store or
 * this process goes away. Then it ends in order for clients that come back and is cut off for all others, unless the
 * run can be made to end with the error that they receive.
 */
export class RunReader extends LogReader {
  /** Ends the wait for the run to begin. */
  #stopWaiting: (() => void) | undefined;
  /** The error in the row of a run that ended without an event. */
  #end: RunError | undefined;

  constructor(
    private readonly dialect: Pick<Dialect, "translate">,
    private readonly run: ReadableRun,
    private readonly willReconnect: boolean,
    view: View,
    parts: StreamParts,
    /** Null: frames have the ids that the dialect gives them, and all are sent. */
    private readonly resumed: Resumed | null = null,
  ) {
    super(view, parts);
  }

  protected override opening(): StreamStep {
    return this.resumed === null ? COMMENT : namedComment(frameId(this.run.runId, this.resumed.after));
  }

  override leave(): void {
    super.leave();
    this.#stopWaiting?.();
  }

  /** Waits while the thread is busy with an earlier turn, then reads from where the run's events begin. */
  protected async start(): Promise<StreamStep | null> {
    const { run, parts } = this;
    const start = await this.#orTimeout(run.started);
    if (this.isOver) return END;
    if (start === "late") return COMMENT;
    const begins = start ?? (await this.#startElsewhere());
    if (this.isOver) return END;
    if (begins === null) return COMMENT;
    const from = Math.max(begins, this.resumed?.after ?? 0);
    this.follower = parts.journal.follow(run.threadKey, from, parts.heartbeatMs);
    return null;
  }

  /**
   * Returns where a run begins that will not begin here: it was ended while queued, or another replica has it. Null: it
   * is still queued there.
   */
  async #startElsewhere(): Promise<number | null> {
    const { run, parts } = this;
    const found = await parts.store.runs.get(run.userId, run.runId);
    if (found === null) throw DELETED;
    if (found.startSeq !== null) return found.startSeq;
    if (!hasEnded(found.status)) {
      if (this.willReconnect) throw STILL_QUEUED;
      await this.#orTimeout(parts.system.sleep(START_POLL_MS));
      return null;
    }
    const { code, message } = found.error ?? CANCELLED;
    this.#end = new RunError(code, message);
    throw this.#end;
  }

  protected read(follower: Follower): StreamStep | Promise<StreamStep> | null {
    // The others are relayed for as long as the process can.
    if (this.willReconnect && this.parts.departure.hasBegun) {
      this.leave();
      return reconnect(this.parts.departure.retryMs());
    }
    for (;;) {
      const batch = follower.poll();
      if (batch === null) return null;
      if (batch === undefined) return END;
      if (batch.length === 0) return this.run.hasEnded ? this.#checkRunExists() : COMMENT;
      const text = this.#translate(batch);
      if (text !== "") return bytes(text);
      if (this.isOver) return END;
      // Events that this wire does not show leave its reader in silence all the same.
      follower.skipped();
    }
  }

  protected failed(thrown: unknown): StreamStep {
    // A RunError is how the run ended, or why readers are dismissed: nothing broke.
    if (!(thrown instanceof RunError)) this.parts.broken(this.run.runId, thrown);
    const error = this.#errorForReader(thrown);
    this.isOver = true;
    if (error !== null) return this.#terminal(error);
    return this.willReconnect ? reconnect(this.parts.departure.retryMs()) : CUT;
  }

  /** Returns the error to send to the reader: the one that the log has, or will have. Null when that is not known. */
  #errorForReader(thrown: unknown): RunError | null {
    if (thrown === DELETED || (thrown instanceof RunError && thrown === this.#end)) return thrown as RunError;
    if (this.willReconnect || !(thrown instanceof StoreError) || thrown.code !== "unavailable") return null;
    return this.run.decide(AWAY);
  }

  /**
   * A terminal event of this stream alone: it has no place in the log, or none yet. A client that comes back with its
   * id has seen it.
   */
  #terminal(error: RunError): StreamStep {
    const json = JSON.stringify(failureEvent(error).payload);
    const event: LogEvent = { runId: this.run.runId, seq: 0, type: "error", at: this.parts.system.now(), json };
    const frame = this.dialect.translate(event, this.view);
    return frame === null ? END : bytes(encodeFrame(this.#withId(frame, { ...event, seq: PAST_LOG })));
  }

  /** Returns the value of `promise`, or `late` after one heartbeat interval or when the reader leaves. */
  async #orTimeout<T>(promise: Promise<T>): Promise<T | "late"> {
    const { promise: timeout, resolve } = Promise.withResolvers<"late">();
    this.#stopWaiting = () => resolve("late");
    const timer = setTimeout(this.#stopWaiting, this.parts.heartbeatMs);
    try {
      return await Promise.race([promise, timeout]);
    } finally {
      clearTimeout(timer);
      this.#stopWaiting = undefined;
    }
  }

  /**
   * The end of a run that another replica has taken over is read from the store; a run deleted with its thread has
   * none.
   */
  async #checkRunExists(): Promise<StreamStep> {
    const { run, parts } = this;
    if ((await parts.store.runs.get(run.userId, run.runId)) === null) throw DELETED;
    return COMMENT;
  }

  #translate(batch: readonly LogEvent[]): string {
    let text = "";
    for (const event of batch) {
      if (event.runId !== this.run.runId) continue;
      const frame = this.dialect.translate(event, this.view);
      if (frame !== null) text += encodeFrame(this.#withId(frame, event));
      if (isTerminal(event.type)) {
        this.isOver = true;
        break;
      }
    }
    return text;
  }

  #withId(frame: Frame, { runId, seq }: LogEvent): Frame {
    return this.resumed === null ? frame : { ...frame, id: frameId(runId, seq) };
  }
}

const AWAY = new RunError("store_unavailable", "The database is unavailable. The answer so far is stored.");
/** Not sent to any client: the run goes on, or another replica will end it. */
const STILL_QUEUED = new RunError("interrupted", "The run is waiting for its turn.");
