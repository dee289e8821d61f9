/** A response's body is given in steps: each is one write, and the last says that there are no more. */
export type StreamStep = IteratorResult<Uint8Array, undefined>;
export type Give = (step: StreamStep) => void;

const utf8 = new TextEncoder();
export const bytes = (text: string): StreamStep => ({ done: false, value: utf8.encode(text) });
export const END: StreamStep = { done: true, value: undefined };
/** An end, by identity, that is none: the connection is cut off, so that nobody takes what there was for the whole. */
export const CUT: StreamStep = { done: true, value: undefined };

/**
 * What a handler returns to stream: a generator of encoded bytes, by hand. A real one costs each token
 * promises of its own, and so does whatever hands its steps on; so a step is asked for with `take`, which has none. `next` is the same for whoever reads less.
 */
export abstract class ByteStream implements AsyncIterableIterator<Uint8Array, undefined, void> {
  /** Gives the next step, once, now or later; never throws. Asked again only after that. */
  abstract take(give: Give): void;

  /** The reader is gone: whatever was opened for it is closed, and who waits is given the end. Harmless when called twice. */
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

  take(give: Give): void {
    give(this.#steps.next().value ?? END);
  }

  leave(): void {}
}
