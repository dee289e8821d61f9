import { closeSync, fsync, fsyncSync, openSync } from "node:fs";
import { StoreError } from "../store-error.ts";

/** A segment of the write-ahead log: written to again and again under one name. */
const SEGMENT = /[/\\][0-9A-F]{24}$/;

/** Puts a file on the disk without holding the event loop. */
export type Sync = (descriptor: number, done: (error: Error | null) => void) => void;

/**
 * What of the write-ahead log Postgres wants on the disk and is not there yet. An fsync takes milliseconds; Postgres would
 * wait for it on the event loop. So it is told at once that it is done, it is done beside the loop, and no call of the store
 * is answered before. Calls that end meanwhile share the next: one fsync is under way at a time.
 *
 * Whatever else is written must come after the log, as Postgres takes it that it does: `settle` sees to that.
 */
export class WalSync {
  /** Descriptors of our own, so that Postgres may close and rename its files as it likes. */
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

  /** Postgres wants this file or folder on the disk. */
  mark(path: string): void {
    if (this.#segments.has(path)) return;
    if (SEGMENT.test(path)) this.#segments.add(path);
    this.#pending.push(openSync(path, "r"));
  }

  /** Resolves once all that was marked is on the disk. Rejects, from then on always, when it could not be put there. */
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

  /** The same at once, on the event loop: something is about to be written that must not be on the disk before. */
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

  /** What was not written is gone from memory as well (https://wiki.postgresql.org/wiki/Fsync_Errors): there is no second try. */
  #fail(cause: unknown): StoreError {
    this.#failure ??= new StoreError(
      "unavailable",
      "the disk did not take the embedded database's log: see to the disk, then start again",
      { cause },
    );
    return this.#failure;
  }
}
