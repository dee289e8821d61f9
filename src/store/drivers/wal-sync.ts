import { closeSync, fsync, fsyncSync, openSync } from "node:fs";
import { StoreError } from "../store-error.ts";

/** A segment of the write-ahead log, rewritten repeatedly under one name. */
const SEGMENT = /[/\\][0-9A-F]{24}$/;

/** Syncs a file to the disk without blocking the event loop. */
export type Sync = (descriptor: number, done: (error: Error | null) => void) => void;

/**
 * The part of the write-ahead log that Postgres has asked to sync and that is not on the disk yet. An fsync takes
 * milliseconds, and Postgres would wait for it on the event loop. So the request returns at once, the fsync runs beside
 * the loop, and no call of the store is answered before it ends. Calls that end meanwhile share the next fsync: one is
 * under way at a time.
 *
 * All other files must be written after the log, as Postgres assumes: `settle` ensures that.
 */
export class WalSync {
  /** Descriptors of our own, so that Postgres may close and rename its files freely. */
  #pending: number[] = [];
  #underWay: readonly number[] = [];
  readonly #segments = new Set<string>();
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #failure: StoreError | undefined;

  constructor(private readonly sync: Sync = fsync) {}

  get isSettled(): boolean {
    return this.#pending.length === 0 && this.#underWay.length === 0;
  }

  /** Records that Postgres has requested a sync of this file or folder. */
  mark(path: string): void {
    if (this.#segments.has(path)) return;
    if (SEGMENT.test(path)) this.#segments.add(path);
    this.#pending.push(openSync(path, "r"));
  }

  /** Resolves once everything marked is on the disk. Rejects, and always from then on, when a sync failed. */
  durable(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#pending.length === 0) return this.#running ?? Promise.resolve();
    this.#next ??= (this.#running ?? Promise.resolve()).then(() => {
      this.#next = undefined;
      this.#running = this.#flush().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    });
    return this.#next;
  }

  /**
   * Does the same synchronously, on the event loop, because something is about to be written that must not reach the
   * disk first.
   */
  settle(): void {
    if (this.isSettled) return;
    const marked = this.#take();
    try {
      for (const descriptor of [...this.#underWay, ...marked]) fsyncSync(descriptor);
      this.#underWay = [];
    } catch (cause) {
      throw this.#fail(cause);
    } finally {
      for (const descriptor of marked) closeSync(descriptor);
    }
  }

  async #flush(): Promise<void> {
    const marked = this.#take();
    this.#underWay = marked;
    try {
      await Promise.all(marked.map((descriptor) => this.#put(descriptor)));
    } catch (cause) {
      throw this.#fail(cause);
    } finally {
      this.#underWay = [];
      for (const descriptor of marked) closeSync(descriptor);
    }
  }

  #put(descriptor: number): Promise<void> {
    return new Promise((resolve, reject) =>
      this.sync(descriptor, (error) => (error === null ? resolve() : reject(error))),
    );
  }

  #take(): number[] {
    const marked = this.#pending;
    this.#pending = [];
    this.#segments.clear();
    return marked;
  }

  /**
   * After a failed write the data is gone from memory as well (https://wiki.postgresql.org/wiki/Fsync_Errors), so there
   * is no second try.
   */
  #fail(cause: unknown): StoreError {
    this.#failure ??= new StoreError(
      "unavailable",
      "the disk did not take the embedded database's log: see to the disk, then start again",
      { cause },
    );
    return this.#failure;
  }
}
