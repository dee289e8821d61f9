import { type UnreadableCode, UnreadableError } from "../domain/unreadable.ts";
import { type Asker, PoolFullError, WorkerPool } from "../workers/worker-pool.ts";
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

/** Files that may wait for a thread, and what they may weigh in memory meanwhile. */
const WAITING = {
  waiting: 64,
  waitingPerUser: 16,
  waitingBytes: 320 * 1024 * 1024,
  waitingBytesPerUser: 160 * 1024 * 1024,
};

/** Reads and splits files where nasty ones can be ended, by users in turn, see `WorkerPool`. */
export class ReadingThread {
  readonly #pool: WorkerPool<ReadingRequest, ReadingAnswer>;

  constructor(
    private readonly limits: ReadingLimits,
    threads: number,
  ) {
    const entry = { source: new URL("./worker.ts", import.meta.url).href, embedded: "./reading/worker.ts" } as const;
    this.#pool = new WorkerPool(entry, { threads, ...WAITING });
  }

  /** Throws an UnreadableError when the work is refused or takes too long; the signal's reason as soon as that aborts. */
  async run<K extends ReadingRequest["kind"]>(
    request: Extract<ReadingRequest, { kind: K }>,
    asker: Asker,
  ): Promise<Results[K]> {
    const { pageMs, pagesMs, otherMs } = this.limits;
    const asked: ReadingRequest = request;
    const hasPages = asked.kind === "read" && asked.source.type === "application/pdf";
    const bounds = hasPages ? { silenceMs: pageMs, totalMs: pagesMs } : { silenceMs: otherMs, totalMs: otherMs };
    try {
      return await this.#pool.run(asked, { ...bounds, hear: heard<Results[K]>, late: tooIntricate }, asker);
    } catch (error) {
      if (error instanceof PoolFullError)
        throw new UnreadableError("busy", "Too many files wait to be read. Try again shortly.");
      throw error;
    }
  }
}

const heard = <T>(answer: ReadingAnswer): { readonly value: T } | null => {
  if (answer.state === "working") return null;
  if (answer.state === "refused") throw new UnreadableError(answer.code, answer.message);
  return { value: answer.value as T };
};

const tooIntricate = (): UnreadableError =>
  new UnreadableError("too_large", "It takes too long to read: it is too large or too intricate. Split it.");
