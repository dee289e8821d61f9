import type { View } from "../dialects/contract.ts";
import type { Follower } from "../journal/follow.ts";
import { ByteStream, END, type OnStep, type StreamStep } from "./byte-stream.ts";
import type { StreamParts } from "./contract.ts";
import { COMMENT } from "./steps.ts";

/**
 * A stream that is read from a thread's log: a comment at once, then what `read` makes of the log as it grows. From the
 * commit to the socket it is one chain of calls, with no promise unless something must be looked up. So no failure of
 * one reader may escape from here: the commit belongs to all runs.
 */
export abstract class LogReader extends ByteStream {
  protected follower: Follower | undefined;
  /** The last step was passed on, or the reader has left. */
  protected isOver = false;
  #onStep: OnStep | undefined;
  #hasBegun = false;

  constructor(
    protected readonly view: View,
    protected readonly parts: StreamParts,
  ) {
    super();
  }

  /** The first step, which is sent before anything is looked up. */
  protected opening(): StreamStep {
    return COMMENT;
  }

  /** Sets `follower`, and may return a step that precedes its events. Called again until `follower` is set. */
  protected abstract start(): Promise<StreamStep | null>;

  /** Returns the next step; null when there is none until the follower notifies. */
  protected abstract read(follower: Follower): StreamStep | Promise<StreamStep> | null;

  /** Returns the step to send after an error. */
  protected abstract failed(thrown: unknown): StreamStep | Promise<StreamStep>;

  take(onStep: OnStep): void {
    this.#onStep = onStep;
    if (this.follower !== undefined || this.isOver) this.notify();
    else if (this.#hasBegun) this.#later(this.start());
    else {
      this.#hasBegun = true;
      onStep(this.opening());
    }
  }

  leave(): void {
    this.isOver = true;
    this.follower?.leave();
  }

  /** Called by the follower: there may be a new batch. */
  notify(): void {
    const step = this.#next();
    if (step === null) this.follower?.wait(this);
    else if (step instanceof Promise) this.#later(step);
    else this.#hand(step);
  }

  #next(): StreamStep | Promise<StreamStep> | null {
    try {
      return this.isOver || this.follower === undefined ? END : this.read(this.follower);
    } catch (thrown) {
      return this.#afterwards(thrown);
    }
  }

  #later(step: Promise<StreamStep | null>): void {
    void step
      .catch((thrown: unknown) => this.#afterwards(thrown))
      .then((given) => {
        if (given === null) this.notify();
        else this.#hand(given);
      });
  }

  #hand(step: StreamStep): void {
    if (step.done === true) this.leave();
    try {
      this.#onStep?.(step);
    } catch (thrown) {
      this.leave();
      this.parts.broken(this.view.runId, thrown);
    }
  }

  /** Errors are ignored once the reader has left. */
  #afterwards(thrown: unknown): StreamStep | Promise<StreamStep> {
    if (this.isOver) return END;
    try {
      return this.failed(thrown);
    } catch (again) {
      this.parts.broken(this.view.runId, again);
      return END;
    }
  }
}
