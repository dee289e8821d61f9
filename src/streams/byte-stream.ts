/** A response's body is produced in steps: each is one write, and the last marks the end. */
export type StreamStep = IteratorResult<Uint8Array, undefined>;
export type OnStep = (step: StreamStep) => void;

const utf8 = new TextEncoder();
export const bytes = (text: string): StreamStep => ({ done: false, value: utf8.encode(text) });
export const END: StreamStep = { done: true, value: undefined };
/**
 * Compared by identity: cuts the connection instead of ending it, so that no client takes the partial stream for the
 * whole.
 */
export const CUT: StreamStep = { done: true, value: undefined };

/**
 * What a handler returns to stream: a hand-written generator of encoded bytes. A real generator costs promises for each
 * token, and so does everything that passes its steps on. `take` requests a step without any; `next` does the same for
 * code that reads little.
 */
export abstract class ByteStream implements AsyncIterableIterator<Uint8Array, undefined, void> {
  /** Passes the next step to the callback, once, now or later. Never throws. Must not be called again before that. */
  abstract take(onStep: OnStep): void;

  /**
   * The reader is gone: closes everything that was opened for it and passes the end to a waiting callback. May be
   * called twice.
   */
  abstract leave(): void;

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<StreamStep> {
    return new Promise((resolve) => this.take(resolve));
  }

  async return(): Promise<StreamStep> {
    this.leave();
    return END;
  }
}

/** A stream whose steps are known from the beginning. */
export class FixedStream extends ByteStream {
  readonly #steps: Iterator<StreamStep>;

  constructor(steps: readonly StreamStep[]) {
    super();
    this.#steps = steps.values();
  }

  take(onStep: OnStep): void {
    onStep(this.#steps.next().value ?? END);
  }

  leave(): void {}
}
