/** A worker's entry point. */
export interface Entry {
  /** Its file, from source. */
  readonly source: string;
  /**
   * Where an executable has it: Bun files the extra entry points of a build relative to the folder that all share (`src`) and
   * resolves them from the root of the embedded files, not from the module that asks.
   */
  readonly embedded: `./${string}.ts`;
}

/** How one request is bounded, and what its answers mean. */
export interface Errand<Message, T> {
  /** The longest it may take, and the longest until the worker says anything, in milliseconds. */
  readonly totalMs: number;
  readonly silenceMs: number;
  /** What a message brings; null: it is still at work. What it throws ends the errand. */
  hear(message: Message): { readonly value: T } | null;
  /** What a request that takes too long ends with. */
  late(): Error;
}

/**
 * Work in a thread of its own, one request at a time: it is synchronous, nasty input keeps it busy or fills the memory, and
 * the server must not notice. A thread that takes too long is ended, its memory with it, and the next request gets a new
 * one. It starts with the first request and does not keep the process alive while it is idle.
 */
export class BoundedWorker<Request, Message> {
  #worker: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly entry: Entry) {}

  /** Throws what the errand makes of an answer or of its lateness; the signal's reason as soon as that aborts. */
  run<T>(request: Request, errand: Errand<Message, T>, signal: AbortSignal): Promise<T> {
    const mine = this.#turn.then(() => {
      signal.throwIfAborted();
      return this.#ask(request, errand, signal);
    });
    this.#turn = mine.catch(() => {});
    return unlessAborted(mine, signal);
  }

  #ask<T>(request: Request, errand: Errand<Message, T>, signal: AbortSignal): Promise<T> {
    this.#worker ??= new Worker(/\$bunfs|~BUN/u.test(import.meta.url) ? this.entry.embedded : this.entry.source);
    const worker = this.#worker;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const end = (why: unknown): void => {
      worker.terminate();
      this.#worker = undefined;
      reject(why);
    };
    const giveUp = (): void => end(errand.late());
    const abort = (): void => end(signal.reason);
    // Real time for a real thread: no injected clock can end a busy loop.
    const total = setTimeout(giveUp, errand.totalMs);
    let silence = setTimeout(giveUp, errand.silenceMs);
    worker.onmessage = ({ data }: MessageEvent<Message>) => {
      try {
        const heard = errand.hear(data);
        if (heard !== null) resolve(heard.value);
      } catch (refused) {
        reject(refused);
      }
      clearTimeout(silence);
      silence = setTimeout(giveUp, errand.silenceMs);
    };
    worker.onerror = ({ message }) => end(new Error("the worker failed", { cause: message }));
    signal.addEventListener("abort", abort, { once: true });
    worker.ref();
    worker.postMessage(request);
    return promise.finally(() => {
      clearTimeout(total);
      clearTimeout(silence);
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
