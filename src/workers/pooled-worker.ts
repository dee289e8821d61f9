/** A worker's entry point. */
export interface WorkerEntry {
  /** Its file, when run from source. */
  readonly source: string;
  /**
   * Its path in an executable. Bun stores a build's additional entry points relative to their common folder (`src`) and
   * resolves them from the root of the embedded files, not from the importing module.
   */
  readonly embedded: `./${string}.ts`;
}

/** Starts a thread at its entry point, whether from source or in an executable. */
export const startWorker = ({ source, embedded }: WorkerEntry): Worker =>
  new Worker(/\$bunfs|~BUN/u.test(import.meta.url) ? embedded : source);

/** A request's time limits and the interpretation of the worker's messages. */
export interface Job<Message, T> {
  /**
   * The longest it may take, and the longest without a message from the worker, in milliseconds from the thread's start
   * on it.
   */
  readonly totalMs: number;
  readonly idleMs: number;
  /** The longest until the first message, where the worker may have to load something first. Defaults to `idleMs`. */
  readonly firstMs?: number;
  /**
   * Returns the result that a message holds, or null while the worker is still busy. An error it throws ends the job.
   */
  onMessage(message: Message): { readonly value: T } | null;
  /** Returns the error of a request that exceeds a limit. */
  timeoutError(): Error;
}

/** How a request reaches the thread, and the signal that cancels it. */
export interface Handover {
  readonly signal: AbortSignal;
  /** Buffers of the request that are transferred to the thread without a copy, and are empty here afterwards. */
  readonly give?: readonly ArrayBuffer[];
  /** Called once the request has been posted to the thread. */
  readonly onTaken?: () => void;
}

/** Posted by a worker once it has loaded and accepts requests. */
export const READY = "ready";
/** Loading takes 0.1 s in an executable, but may take long on a busy machine. */
const START_MS = 30_000;

/**
 * A thread that serves one request at a time. Its work is synchronous, and hostile input can block it or fill its
 * memory without affecting the server: a thread that exceeds a limit, or whose request is aborted, is terminated with
 * its memory, and the next request gets a new one. An idle thread does not keep the process alive.
 */
export class PooledWorker<Request, Message> {
  #worker: Worker | undefined;
  #isReady = false;

  constructor(private readonly entry: WorkerEntry) {}

  /**
   * Throws the job's error for a message or a timeout, or the signal's reason as soon as it aborts. One call at a time.
   */
  async run<T>(request: Request, job: Job<Message, T>, handover: Handover): Promise<T> {
    const { signal, give = [], onTaken } = handover;
    signal.throwIfAborted();
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const end = (why: unknown): void => {
      if (this.#worker === worker) this.end();
      reject(why);
    };
    const giveUp = (): void => end(job.timeoutError());
    const abort = (): void => end(signal.reason);
    // Real time: an injected clock cannot end a busy loop.
    let total: ReturnType<typeof setTimeout> | undefined;
    let idleTimer: ReturnType<typeof setTimeout> | undefined;
    const begin = (): void => {
      clearTimeout(total);
      total = setTimeout(giveUp, job.totalMs);
      idleTimer = setTimeout(giveUp, job.firstMs ?? job.idleMs);
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
        const result = job.onMessage(data);
        if (result !== null) resolve(result.value);
      } catch (refused) {
        reject(refused);
      }
      clearTimeout(idleTimer);
      idleTimer = setTimeout(giveUp, job.idleMs);
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
      clearTimeout(idleTimer);
      signal.removeEventListener("abort", abort);
      worker.removeEventListener("close", closed);
      worker.onmessage = null;
      worker.onerror = null;
      worker.unref();
    }
  }

  /** Terminates the thread; the next request gets a new one. */
  end(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#isReady = false;
    worker?.terminate();
  }

  #start(): Worker {
    return startWorker(this.entry);
  }
}
