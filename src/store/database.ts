import type { Query, SQL } from "drizzle-orm";
import { type PgDatabase, PgDialect, type PgQueryResultHKT } from "drizzle-orm/pg-core";
import type { System } from "../domain/system.ts";
import { StoreError } from "./contract.ts";
import { Deadlines } from "./deadlines.ts";
import { storeError } from "./failure.ts";

/** What a query needs of a driver. Both drivers give text for `json` and numbers for `bigint`. */
export interface Session {
  readonly db: PgDatabase<PgQueryResultHKT>;
  /** Runs one statement and gives its rows, keyed as the statement names them. */
  rows<Row extends object>(statement: SQL): Promise<readonly Row[]>;
  /** The same for a statement that was rendered before, its placeholders filled with `values`. */
  run(query: Query, values: Readonly<Record<string, unknown>>): Promise<readonly unknown[]>;
  /** READ COMMITTED: each statement sees what was committed before it began. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/** A driver: a session, and what to do about one that no longer answers. */
export interface Driver {
  readonly session: Session;
  /** Does a call's work, when its turn has come. */
  enter<T>(work: () => Promise<T>): Promise<T>;
  /** Gives the session up; the next call gets another. What is under way in it fails. */
  abandon(session: Session): void;
  close(): Promise<void>;
}

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
    system: System,
    private readonly deadlineMs: number,
  ) {
    this.#deadlines = new Deadlines(system, deadlineMs / STEPS);
  }

  /** `name` opens the message of whatever error the call ends with. */
  async call<T>(name: string, work: (session: Session) => Promise<T>, deadlineMs = this.deadlineMs): Promise<T> {
    if (this.#closed) throw new StoreError("unavailable", `${name}: the store is closed`);
    const { session } = this.driver;
    const late = () => {
      this.driver.abandon(session);
      return new StoreError("unavailable", `no answer from the database within ${deadlineMs} ms`);
    };
    try {
      return await this.#deadlines.meet(
        this.driver.enter(() => work(session)),
        deadlineMs,
        late,
      );
    } catch (error) {
      throw storeError(name, error);
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.driver.close();
  }
}

/** The drivers differ in the shape of a raw result alone; `rowsOf` takes the rows out of it. */
export const sessionOf = (
  db: PgDatabase<PgQueryResultHKT>,
  rowsOf: (result: unknown) => readonly unknown[],
): Session => ({
  db,
  rows: async <Row extends object>(statement: SQL) => rowsOf(await db.execute(statement)) as readonly Row[],
  run: async (query, values) =>
    rowsOf(await db._.session.prepareQuery(query, undefined, "statement", false).execute({ ...values })),
  transaction: (work) => db.transaction((inner) => work(sessionOf(inner, rowsOf))),
});
