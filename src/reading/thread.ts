import { type UnreadableCode, UnreadableError } from "../domain/unreadable.ts";
import type { Piece, Reading } from "./contract.ts";
import type { Source } from "./read.ts";

export type ReadingRequest =
  | { readonly kind: "read"; readonly source: Source }
  | { readonly kind: "split"; readonly reading: Reading };
export type ReadingAnswer =
  /** Still at work: another page is done. */
  | { readonly state: "working" }
  | { readonly state: "done"; readonly value: unknown }
  | { readonly state: "refused"; readonly code: UnreadableCode; readonly message: string };
interface Results {
  readonly read: Reading;
  readonly split: readonly Piece[];
}

/** How long a file may take, in milliseconds. */
export interface ReadingLimits {
  /** Each page of a PDF. It bounds memory too: a bomb unfolds some 0.2 GB a second. */
  readonly pageMs: number;
  /** A PDF in all. */
  readonly pagesMs: number;
  /** Any other file; a split. Nothing in these unfolds. */
  readonly otherMs: number;
}

/**
 * Where the worker lies. In an executable it is the extra entry point `src/reading/worker.ts`, which Bun files relative to the
 * folder that all entry points share (`src`) and resolves from the root of the embedded files, not from this module.
 */
const WORKER = /\$bunfs|~BUN/u.test(import.meta.url)
  ? "./reading/worker.ts"
  : new URL("./worker.ts", import.meta.url).href;

/**
 * Reads files in a thread of its own, one at a time: parsers are synchronous, nasty files keep them busy or fill the memory,
 * and the server must not notice. A thread that takes too long is ended, and the next file gets a new one. It starts with
 * the first file and does not keep the process alive while it is idle.
 */
export class ReadingThread {
  #worker: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly limits: ReadingLimits) {}

  /** Throws an UnreadableError when the work is refused or takes too long; the signal's reason as soon as that aborts. */
  async run<K extends ReadingRequest["kind"]>(
    request: Extract<ReadingRequest, { kind: K }>,
    signal: AbortSignal,
  ): Promise<Results[K]> {
    const mine = this.#turn.then(() => {
      signal.throwIfAborted();
      return this.#ask(request, signal);
    });
    this.#turn = mine.catch(() => {});
    return (await unlessAborted(mine, signal)) as Results[K];
  }

  #ask(request: ReadingRequest, signal: AbortSignal): Promise<unknown> {
    this.#worker ??= new Worker(WORKER);
    const worker = this.#worker;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const discard = (): void => {
      worker.terminate();
      this.#worker = undefined;
    };
    const giveUp = (): void => {
      discard();
      reject(
        new UnreadableError("too_large", "It takes too long to read: it is too large or too intricate. Split it."),
      );
    };
    const abort = (): void => {
      discard();
      reject(signal.reason);
    };
    // Real time for a real thread: no injected clock can end a busy loop.
    const { pageMs, pagesMs, otherMs } = this.limits;
    const hasPages = request.kind === "read" && request.source.type === "application/pdf";
    const total = setTimeout(giveUp, hasPages ? pagesMs : otherMs);
    let page = setTimeout(giveUp, hasPages ? pageMs : otherMs);
    worker.onmessage = ({ data }: MessageEvent<ReadingAnswer>) => {
      if (data.state === "working") {
        clearTimeout(page);
        page = setTimeout(giveUp, pageMs);
      } else if (data.state === "done") resolve(data.value);
      else reject(new UnreadableError(data.code, data.message));
    };
    worker.onerror = ({ message }) => {
      discard();
      reject(new Error("The reading thread failed", { cause: message }));
    };
    signal.addEventListener("abort", abort, { once: true });
    worker.ref();
    worker.postMessage(request);
    return promise.finally(() => {
      clearTimeout(total);
      clearTimeout(page);
      signal.removeEventListener("abort", abort);
      worker.onmessage = null;
      worker.onerror = null;
      worker.unref();
    });
  }
}

/** Whoever waits for its turn leaves the queue at once; its place is skipped later. */
const unlessAborted = async <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> => {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
};
