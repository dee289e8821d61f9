import type { Database } from "../database.ts";
import { StoreError } from "../store-error.ts";

/** What a statement for many may hold: past that it would take as long as somebody may have to wait. */
const MAX_CHARS = 1024 * 1024;

export interface GroupedCalls<Call, Result> {
  /** Opens the message of the error that a call ends with whose deadline has passed. */
  readonly name: string;
  /** What of a call may be in a statement once: no row is written twice in one. */
  keyOf(call: Call): string;
  /** How much of a statement it takes, in characters. */
  charsOf(call: Call): number;
  /** Makes the calls in one statement. Null: it could not be made along with the others, and nothing of it was written. */
  together(calls: readonly Call[]): Promise<readonly (Result | null)[]>;
  /** Makes one by itself, waiting for whatever it has to wait for. */
  alone(call: Call): Promise<Result>;
}

interface Waiting<Call, Result> {
  readonly call: Call;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  /** It is part of a statement now. */
  readonly tried: () => void;
  /** Its caller has been told that it came too late. */
  isLate: boolean;
}

/**
 * Calls that are made in groups, as appends are: one statement is under way at a time, and what is asked for meanwhile
 * travels with the next. A statement of a run's beginning or end takes the database 1.3 ms, and hardly more for thirty.
 *
 * Each call has its own outcome. One that has to wait for somebody's lock, or that the database refuses, is made alone: it
 * holds up nobody else's. One whose deadline passes while it waits here is never made; one that is made is waited for, as long
 * as its statement may take, since half of an outcome is no use to anybody.
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
      // What one turn of the event loop asks for travels together.
      queueMicrotask(() => void this.#serve());
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

  /** In the order in which they came, but for those that have to wait for another of the same key. */
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
    // In one order on every replica, so that two statements that take the same locks do not wait for each other.
    return [...next].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, waiting]) => waiting);
  }

  async #make(group: readonly Waiting<Call, Result>[]): Promise<void> {
    for (const { tried } of group) tried();
    let results: readonly (Result | null)[] = [];
    try {
      results = await this.calls.together(group.map(({ call }) => call));
    } catch (error) {
      // What the database refuses was one call's, and which one it does not say.
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
