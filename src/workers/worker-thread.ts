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
  /** The longest it may take, and the longest until the worker says anything, in milliseconds; both count from when the thread begins with it. */
  readonly totalMs: number;
  readonly silenceMs: number;
  /** What a message brings; null: it is still at work. What it throws ends the errand. */
  hear(message: Message): { readonly value: T } | null;
  /** What a request that takes too long ends with. */
  late(): Error;
}

/** How one request gets to the thread, and how long it is wanted. */
export interface Handover {
  readonly signal: AbortSignal;
  /** Buffers of the request that become the thread's, without a copy: here they are empty from then on. */
  readonly give?: readonly ArrayBuffer[];
  /** Called once the thread has the request. */
  readonly onTaken?: () => void;
}

/** What a worker posts once it has loaded and can be asked. */
export const READY = "ready";
/** Loading takes 0.1 s in an executable; on a machine that has much else to do it may take long, and is nobody's fault. */
const START_MS = 30_000;

/**
 * A thread that does one request at a time. Work in it is synchronous, nasty input keeps it busy or fills the memory, and
 * the server must not notice: a thread that takes too long, or whose client has left, is ended, its memory with it, and the
 * next request gets a new one. It does not keep the process alive while it is idle.
 */
export class WorkerThread<Request, Message> {
  #worker: Worker | undefined;
  #isReady = false;

  constructor(private readonly entry: Entry) {}

  /** Throws what the errand makes of an answer or of its lateness; the signal's reason as soon as that aborts. One at a time. */
  async run<T>(request: Request, errand: Errand<Message, T>, handover: Handover): Promise<T> {
    const { signal, give = [], onTaken } = handover;
    signal.throwIfAborted();
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const end = (why: unknown): void => {
      if (this.#worker === worker) this.end();
      reject(why);
    };
    const giveUp = (): void => end(errand.late());
    const abort = (): void => end(signal.reason);
    // Real time for a real thread: no injected clock can end a busy loop.
    let total: ReturnType<typeof setTimeout> | undefined;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const begin = (): void => {
      clearTimeout(total);
      total = setTimeout(giveUp, errand.totalMs);
      silence = setTimeout(giveUp, errand.silenceMs);
    };
    if (this.#isReady) begin();
    else total = setTimeout(() => end(new Error("the worker did not start")), START_MS);
    worker.onmessage = ({ data }: MessageEvent<Message | typeof READY>) => {
      if (data === READY) {
        this.#isReady = true;
        begin();
        return;
      }
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
    const closed = (): void => end(new Error("the worker ended"));
    worker.addEventListener("close", closed);
    signal.addEventListener("abort", abort, { once: true });
    worker.ref();
    try {
      worker.postMessage(request, [...give]);
      onTaken?.();
      return await promise;
    } finally {
      clearTimeout(total);
      clearTimeout(silence);
      signal.removeEventListener("abort", abort);
      worker.removeEventListener("close", closed);
      worker.onmessage = null;
      worker.onerror = null;
      worker.unref();
    }
  }

  /** Ends the thread; the next request gets a new one. */
  end(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#isReady = false;
    worker?.terminate();
  }

  #start(): Worker {
    return new Worker(/\$bunfs|~BUN/u.test(import.meta.url) ? this.entry.embedded : this.entry.source);
  }
}
