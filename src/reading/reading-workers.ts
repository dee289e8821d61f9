import { type UnreadableCode, UnreadableError } from "../domain/unreadable.ts";
import { type JobOwner, PoolFullError, WorkerPool } from "../workers/worker-pool.ts";
import type { ReadChunks, Reading, TextChunk } from "./contract.ts";
import type { Source } from "./read.ts";

export interface ReadingRequest {
  /** `read` returns the whole reading, `chunks` its chunks. */
  readonly kind: "read" | "chunks";
  readonly source: Source;
}
export type ReadingAnswer =
  /** In progress: another page is done. */
  | { readonly state: "working" }
  /** A batch of table rows or of chunks: all at once would block the event loop. */
  | { readonly state: "part"; readonly rows: readonly (readonly string[])[] }
  | { readonly state: "part"; readonly chunks: readonly TextChunk[] }
  /** The rest: a table without its rows, or a result without its chunks. */
  | { readonly state: "done"; readonly value: unknown }
  | { readonly state: "refused"; readonly code: UnreadableCode; readonly message: string };
interface Results {
  readonly read: Reading;
  readonly chunks: ReadChunks;
}

/** How long a file may take, in milliseconds. */
export interface ReadingLimits {
  /** For each page of a PDF. It bounds memory too: a bomb unfolds some 0.2 GB a second. */
  readonly pageMs: number;
  /** For a whole PDF. */
  readonly pagesMs: number;
  /** For any other file, and for a split. None of these unfolds. */
  readonly otherMs: number;
}

/** How many files may wait for a thread, and how many bytes they may hold meanwhile. */
const WAITING = {
  waiting: 64,
  waitingPerUser: 16,
  waitingBytes: 320 * 1024 * 1024,
  waitingBytesPerUser: 160 * 1024 * 1024,
};

/** Reads and splits files in threads that can be ended when a file is hostile. Users take turns, see `WorkerPool`. */
export class ReadingWorkers {
  readonly #pool: WorkerPool<ReadingRequest, ReadingAnswer>;

  constructor(
    private readonly limits: ReadingLimits,
    threads: number,
  ) {
    const entry = { source: new URL("./worker.ts", import.meta.url).href, embedded: "./reading/worker.ts" } as const;
    this.#pool = new WorkerPool(entry, { workers: threads, ...WAITING });
  }

  /**
   * Throws an UnreadableError when the work is refused or takes too long; throws the signal's reason as soon as that
   * aborts.
   */
  async run<K extends ReadingRequest["kind"]>(kind: K, source: Source, owner: JobOwner): Promise<Results[K]> {
    const { pageMs, pagesMs, otherMs } = this.limits;
    const hasPages = source.type === "application/pdf";
    const bounds = hasPages
      ? { firstMs: otherMs, idleMs: pageMs, totalMs: pagesMs }
      : { idleMs: otherMs, totalMs: otherMs };
    const job = { ...bounds, onMessage: assembled<Results[K]>(), timeoutError: tooIntricate };
    try {
      return await this.#pool.run({ kind, source }, job, owner);
    } catch (error) {
      if (error instanceof PoolFullError)
        throw new UnreadableError("busy", "Too many files are waiting to be read. Try again shortly.");
      throw error;
    }
  }
}

/** Assembles a result that arrives in parts. */
const assembled = <T>(): ((answer: ReadingAnswer) => { readonly value: T } | null) => {
  const rows: (readonly string[])[] = [];
  const chunks: TextChunk[] = [];
  return (answer) => {
    if (answer.state === "refused") throw new UnreadableError(answer.code, answer.message);
    if (answer.state === "part") {
      if ("rows" in answer) rows.push(...answer.rows);
      else chunks.push(...answer.chunks);
    }
    if (answer.state !== "done") return null;
    const value = answer.value as Reading | ReadChunks;
    if ("chunks" in value) return { value: { ...value, chunks } as T };
    return { value: { ...value, table: value.table && { ...value.table, rows } } as T };
  };
};

const tooIntricate = (): UnreadableError =>
  new UnreadableError("too_large", "The file takes too long to read because it is too large or too complex. Split it.");
