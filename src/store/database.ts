import type { Query, SQL } from "drizzle-orm";
import { type PgDatabase, PgDialect, type PgQueryResultHKT } from "drizzle-orm/pg-core";
import type { System } from "../domain/system.ts";
import { Deadlines } from "./deadlines.ts";
import { isConnectionLoss, storeError } from "./failure.ts";
import type { OwnSchema } from "./migrations/own-schema.ts";
import { StoreError } from "./store-error.ts";

/** What a query needs of a driver. Both drivers give text for `json` and numbers for `bigint`. */
export interface Session {
  readonly db: PgDatabase<PgQueryResultHKT>;
  /** Where our tables stand. Statements leave it out of their names: it is put there on the way to the database. */
  readonly schema: OwnSchema;
  /** Runs one statement and gives its rows, keyed as the statement names them. */
  rows<Row extends object>(statement: SQL): Promise<readonly Row[]>;
  /** The same for a statement that was rendered before, its placeholders filled with `values`. */
  run(query: Query, values: Readonly<Record<string, unknown>>): Promise<readonly unknown[]>;
  /** READ COMMITTED: each statement sees what was committed before it began. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/**
 * The ways to the database. `log`: what runs say, on a connection of its own, so that no queue of other calls stands
 * before it. `lease`: this process's word that it lives, likewise. `calls`: all else.
 */
export type Lane = "calls" | "log" | "lease";

/** A driver: a session for each lane, and what to do about one that no longer answers. */
export interface Driver {
  session(lane: Lane): Session;
  /** Does a call's work when its turn has come. Skips it, and never settles, when by then nobody waits for it any more. */
  enter<T>(lane: Lane, work: () => Promise<T>, isWanted: () => boolean): Promise<T>;
  /** How many calls a statement may make at once, before it takes longer than others may have to wait for it. */
  readonly maxTogether: number;
  /** Gives the session up; the next call gets another. What is under way in it fails. */
  abandon(session: Session): void;
  close(): Promise<void>;
}

export interface CallOptions {
  /** `calls` unless told. */
  readonly lane?: Lane;
  /** Milliseconds; the store's own unless told. */
  readonly deadlineMs?: number;
}

/** Between two attempts of a call that lost connections have failed: at once, then after so long, then ever longer. */
const FIRST_PAUSE_MS = 25;
const MAX_PAUSE_MS = 500;

/** Steps to a deadline: a call that gets no answer ends late by a sixteenth at most. */
const STEPS = 16;

/** A statement whose text is made once: rendering takes longer than many a statement. Its values are `sql.placeholder`s. */
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
    /** Of a call that names none of its own, in milliseconds. */
    readonly deadlineMs: number,
  ) {
    this.#deadlines = new Deadlines(system, deadlineMs / STEPS);
  }

  /** See `Driver`. */
  get maxTogether(): number {
    return this.driver.maxTogether;
  }

  /** `name` opens the message of whatever error the call ends with. One whose turn has not come by its deadline is never made. */
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
   * Makes a call once more whenever its connection was lost, on another one, for as long as its deadline allows: a database that
   * is there is no reason to refuse anybody. `attempt` is told whether an earlier one may have succeeded without telling. What
   * it ends with says whether any of them may have.
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
        if (!isConnectionLoss(error) || waited + pause >= this.deadlineMs) throw told(error, mayBeDone);
        await this.system.sleep(pause);
      }
    }
  }

  /**
   * What `work` comes to, for calls that are made for many at once: settles by the deadline of whoever asks. `late` gives
   * what that one is told.
   */
  meet<T>(work: Promise<T>, late: () => StoreError): Promise<T> {
    return this.#deadlines.meet(work, this.deadlineMs, late);
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
 * The drivers differ in the shape of a raw result alone; `rowsOf` takes the rows out of it. Whatever `db` renders from now on
 * has our tables under their schema.
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

/** Certain is only what all attempts are certain of. */
const told = (error: StoreError, mayBeDone: boolean): StoreError =>
  mayBeDone && error.isUntried
    ? new StoreError(error.code, error.message, { cause: error.cause, isUntried: false })
    : error;
