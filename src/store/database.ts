import type { Query, SQL } from "drizzle-orm";
import { type PgDatabase, PgDialect, type PgQueryResultHKT } from "drizzle-orm/pg-core";
import { Deadlines } from "../domain/deadlines.ts";
import type { System } from "../domain/system.ts";
import { isConnectionLoss, storeError } from "./failure.ts";
import type { HintListener } from "./hints/contract.ts";
import type { OwnSchema } from "./migrations/own-schema.ts";
import { StoreError } from "./store-error.ts";

/** What a query needs from a driver. Both drivers return text for `json` and numbers for `bigint`. */
export interface Session {
  readonly db: PgDatabase<PgQueryResultHKT>;
  /** The schema of our tables. Statements omit it from their names; it is added on the way to the database. */
  readonly schema: OwnSchema;
  /** Runs one statement and returns its rows, keyed as the statement names them. */
  rows<Row extends object>(statement: SQL): Promise<readonly Row[]>;
  /** The same for a statement that was rendered before, its placeholders filled with `values`. */
  run(query: Query, values: Readonly<Record<string, unknown>>): Promise<readonly unknown[]>;
  /** READ COMMITTED: each statement sees what was committed before it began. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/**
 * The lanes to the database, none of which waits for another's queue. What a statement of a lane may do bounds how long
 * the lane's next one waits:
 * - `log`: the events of runs. One statement is under way at a time, and it looks rows up by their keys.
 * - `runs`: groups of runs' beginnings and ends. One statement of each is under way, and it waits for no row's lock.
 * - `lease`: this process's lease renewals.
 * - `replicas`: what it tells other replicas and reads of their runs.
 * - `bulk`: whatever may take long or is made in many parts: searches, documents, deletions, forks, sweeps, indexes.
 * - `calls`: everything else. Short statements, which may wait for a row's lock.
 */
export const LANES = ["log", "runs", "lease", "replicas", "calls", "bulk"] as const;
export type Lane = (typeof LANES)[number];

/** A driver: a session for each lane, and a way to give up one that no longer answers. */
export interface Driver {
  session(lane: Lane): Session;
  /**
   * Does a call's work when its turn comes. Skips the work, and never settles, when the call is no longer awaited by
   * then.
   */
  enter<T>(lane: Lane, work: () => Promise<T>, isWanted: () => boolean): Promise<T>;
  /** How many calls a statement may combine before it takes longer than other calls may have to wait for it. */
  readonly maxTogether: number;
  /** Whether the database makes the space of removed rows free again by itself (autovacuum). */
  readonly vacuums: boolean;
  /** Gives the session up; the next call gets another. Calls under way in it fail. */
  abandon(session: Session): void;
  /** Listens to a channel of the database until the returned function is called. See `HintStore.listen`. */
  listen(channel: string, listener: HintListener): () => void;
  close(): Promise<void>;
}

export interface CallOptions {
  /** Defaults to `calls`. */
  readonly lane?: Lane;
  /** Milliseconds. Defaults to the store's own. */
  readonly deadlineMs?: number;
}

/**
 * The pause between two attempts of a call that fails on lost connections: the first retry is immediate, the next waits
 * this long, and each later one waits longer.
 */
const FIRST_PAUSE_MS = 25;
const MAX_PAUSE_MS = 500;

/** Steps per deadline: a call that gets no answer ends late by a sixteenth at most. */
const STEPS = 16;

/**
 * A statement whose text is rendered once: rendering takes longer than executing many a statement. Its values are
 * `sql.placeholder`s.
 */
export const statement = <Row extends object>(text: SQL) => {
  const query = new PgDialect().sqlToQuery(text);
  return (session: Session, values: Readonly<Record<string, unknown>>) =>
    session.run(query, values) as Promise<readonly Row[]>;
};

/** Every call of the store passes through here: it settles within the deadline, and throws nothing but StoreErrors. */
export class Database {
  #closed = false;
  readonly #deadlines: Deadlines;

  constructor(
    private readonly driver: Driver,
    private readonly system: System,
    /** The deadline of a call that does not name its own, in milliseconds. */
    readonly deadlineMs: number,
  ) {
    this.#deadlines = new Deadlines(system, deadlineMs / STEPS);
  }

  /** See `Driver`. */
  get maxTogether(): number {
    return this.driver.maxTogether;
  }

  /** See `Driver`. */
  get vacuums(): boolean {
    return this.driver.vacuums;
  }

  /**
   * `name` begins the message of any error that the call ends with. A call whose turn has not come by its deadline is
   * never made.
   */
  async call<T>(name: string, work: (session: Session) => Promise<T>, options: CallOptions = {}): Promise<T> {
    const { lane = "calls", deadlineMs = this.deadlineMs } = options;
    if (this.#closed) throw new StoreError("unavailable", `${name}: the store is closed`, { isUntried: true });
    const session = this.driver.session(lane);
    let isTried = false;
    let isLate = false;
    const entered = () => {
      isTried = true;
      return session.schema.isKnown ? work(session) : this.#first(session, work);
    };
    const late = () => {
      isLate = true;
      if (isTried) this.driver.abandon(session);
      return new StoreError("unavailable", `no answer from the database within ${deadlineMs} ms`, {
        isUntried: !isTried,
      });
    };
    try {
      return await this.#deadlines.meet(
        this.driver.enter(lane, entered, () => !isLate),
        deadlineMs,
        late,
      );
    } catch (error) {
      throw storeError(name, error);
    }
  }

  /**
   * Repeats a call on another connection whenever its connection was lost, for as long as its deadline allows: while
   * the database is reachable, no caller should get an error. `attempt` receives whether an earlier attempt may have
   * succeeded without an answer. The final error says whether any attempt may have.
   */
  async repeat<T>(attempt: (mayBeDone: boolean) => Promise<T>): Promise<T> {
    const since = this.system.now();
    let mayBeDone = false;
    for (let pause = 0, paused = 0; ; pause = Math.min(MAX_PAUSE_MS, 2 * pause + FIRST_PAUSE_MS)) {
      try {
        return await attempt(mayBeDone);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        mayBeDone ||= !error.isUntried;
        paused += pause;
        const waited = Math.max(paused, this.system.now() - since);
        if (!isConnectionLoss(error) || waited + pause >= this.deadlineMs) throw errorOfAttempts(error, mayBeDone);
        await this.system.sleep(pause);
      }
    }
  }

  /**
   * Returns the result of `work`, for calls that are made for many at once: settles by the deadline of the caller.
   * `late` returns the error that the caller then gets.
   */
  meet<T>(work: Promise<T>, late: () => StoreError): Promise<T> {
    return this.#deadlines.meet(work, this.deadlineMs, late);
  }

  /** See `Driver`. */
  listen(channel: string, listener: HintListener): () => void {
    return this.driver.listen(channel, listener);
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.driver.close();
  }

  async #first<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
    await session.schema.find(session);
    return work(session);
  }
}

/**
 * The drivers differ only in the shape of a raw result; `rowsOf` extracts its rows. Everything that `db` renders from
 * now on has our tables qualified by their schema.
 */
export const sessionOf = (
  db: PgDatabase<PgQueryResultHKT>,
  schema: OwnSchema,
  rowsOf: (result: unknown) => readonly unknown[],
): Session => {
  const { dialect } = db as unknown as { readonly dialect: PgDialect };
  const render = dialect.sqlToQuery.bind(dialect);
  dialect.sqlToQuery = (...args) => {
    const query = render(...args);
    return { ...query, sql: schema.text(query.sql) };
  };
  return sessionIn(db, schema, rowsOf);
};

const sessionIn: typeof sessionOf = (db, schema, rowsOf) => ({
  db,
  schema,
  rows: async <Row extends object>(statement: SQL) => rowsOf(await db.execute(statement)) as readonly Row[],
  run: async (query, values) =>
    rowsOf(await db._.session.prepareQuery(schema.query(query), undefined, "statement", false).execute({ ...values })),
  transaction: (work) => db.transaction((inner) => work(sessionIn(inner, schema, rowsOf))),
});

/** The call is certain not to have been executed only when all attempts are. */
const errorOfAttempts = (error: StoreError, mayBeDone: boolean): StoreError =>
  mayBeDone && error.isUntried
    ? new StoreError(error.code, error.message, { cause: error.cause, isUntried: false })
    : error;
