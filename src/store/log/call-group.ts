import type { Database } from "../database.ts";
import { StoreError } from "../store-error.ts";

/** The most that a statement for many calls may hold: more would take longer than a caller may have to wait. */
const MAX_CHARS = 1024 * 1024;

export interface GroupedCalls<Call, Result> {
  /** Begins the message of the error of a call whose deadline has passed. */
  readonly name: string;
  /** The key that a statement may contain only once: it must not write a row twice. */
  keyOf(call: Call): string;
  /** How much of a statement the call takes, in characters. */
  charsOf(call: Call): number;
  /** Whether a call waits until this turn of the event loop is over, even when no statement is under way. */
  isPatient(call: Call): boolean;
  /**
   * Makes the calls in one statement. A result is null when the call could not be made along with the others and
   * nothing of it was written.
   */
  together(calls: readonly Call[]): Promise<readonly (Result | null)[]>;
  /** Makes one call by itself, waiting for any lock that it needs. */
  alone(call: Call): Promise<Result>;
}

interface Waiting<Call, Result> {
  readonly call: Call;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  /** The call has become part of a statement. */
  readonly tried: () => void;
  /** Its caller has already received the timeout error. */
  isLate: boolean;
}

/**
 * Calls that are made in groups, as appends are: one statement is under way at a time, and calls that arrive meanwhile
 * join the next. A statement for a run's beginning or end takes the database 1.3 ms, and hardly more for thirty.
 *
 * Each call has its own outcome. A call that has to wait for a lock, or that the database refuses, is made alone, so
 * that it delays no other. A call whose deadline passes while it waits here is never made. A call under way is awaited
 * for as long as its statement may take, because half an outcome is of no use.
 */
export class CallGroup<Call, Result> {
  #waiting: Waiting<Call, Result>[] = [];
  #isServing = false;

  constructor(
    private readonly database: Database,
    private readonly calls: GroupedCalls<Call, Result>,
  ) {}

  async make(call: Call): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const begun = Promise.withResolvers<void>();
    const waiting: Waiting<Call, Result> = { call, resolve, reject, tried: begun.resolve, isLate: false };
    this.#waiting.push(waiting);
    if (!this.#isServing) {
      this.#isServing = true;
      // All calls of one turn of the event loop share a statement.
      const defer = this.calls.isPatient(call) ? setImmediate : queueMicrotask;
      defer(() => void this.#serve());
    }
    await this.database.meet(begun.promise, () => {
      waiting.isLate = true;
      return new StoreError("unavailable", `${this.calls.name}: the database is behind`, { isUntried: true });
    });
    return promise;
  }

  async #serve(): Promise<void> {
    for (let next = this.#next(); next.length > 0; next = this.#next()) await this.#make(next);
    this.#isServing = false;
  }

  /** Returns calls in the order in which they came, except those that must wait for another of the same key. */
  #next(): readonly Waiting<Call, Result>[] {
    const { keyOf, charsOf } = this.calls;
    const next = new Map<string, Waiting<Call, Result>>();
    const left: Waiting<Call, Result>[] = [];
    let chars = 0;
    for (const waiting of this.#waiting) {
      if (waiting.isLate) continue;
      const key = keyOf(waiting.call);
      const size = charsOf(waiting.call);
      const fits = next.size === 0 || (next.size < this.database.maxTogether && chars + size <= MAX_CHARS);
      if (!fits || next.has(key)) left.push(waiting);
      else {
        next.set(key, waiting);
        chars += size;
      }
    }
    this.#waiting = left;
    // Sorted by key, the same on every replica, so that two statements that take the same locks do not deadlock.
    return [...next].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, waiting]) => waiting);
  }

  async #make(group: readonly Waiting<Call, Result>[]): Promise<void> {
    for (const { tried } of group) tried();
    let results: readonly (Result | null)[] = [];
    try {
      results = await this.calls.together(group.map(({ call }) => call));
    } catch (error) {
      // One call made the database refuse the statement, and the error does not name it.
      if (!(error instanceof StoreError && error.code === "failed")) {
        for (const { reject } of group) reject(error);
        return;
      }
    }
    for (const [at, { call, resolve, reject }] of group.entries()) {
      const result = results[at] ?? null;
      if (result === null) void this.calls.alone(call).then(resolve, reject);
      else resolve(result);
    }
  }
}
