import { type Query, type SQL, sql } from "drizzle-orm";
import { MIGRATIONS, type Qualify, quoted } from "../qualify.ts";
import { StoreError } from "../store-error.ts";

/** Where a new database gets its tables: a product's own `events` beside them stays its own. */
const USUAL = "yeoul";
/** Texts that are qualified again and again are kept; more of them than the house has means that one is not constant. */
const KEPT_TEXTS = 1_000;

/** A session, as far as it is needed here. */
interface Asking {
  rows<Row extends object>(statement: SQL): Promise<readonly Row[]>;
}

/** The schema that holds our tables. Known once the database has been looked at, before the first statement that needs it. */
export class OwnSchema {
  #name: string | undefined;
  readonly #texts = new Map<string, string>();
  readonly #queries = new WeakMap<Query, Query>();

  /** `wanted`: null leaves the choice to the database, see `find`. */
  constructor(
    private readonly wanted: string | null,
    private readonly qualify: Qualify,
  ) {}

  get isKnown(): boolean {
    return this.#name !== undefined;
  }

  get name(): string {
    if (this.#name === undefined) throw new Error("the schema is not known before the database was looked at");
    return this.#name;
  }

  /** The full name of something of ours, for where a name is a value: `to_regclass` and its like. */
  nameOf(relation: string): string {
    return `${quoted(this.name)}.${quoted(relation)}`;
  }

  /**
   * Looks at the database once: the schema is the one that was asked for, else where our tables stand already (they are known
   * by the list of migrations), else `yeoul`. Throws a StoreError when the database cannot hold every text.
   */
  async find({ rows }: Asking): Promise<void> {
    const [found] = await rows<{ database: string; encoding: string; schema: string | null }>(sql`
      select current_database() as database, current_setting('server_encoding') as encoding, (
        select nspname from pg_namespace where oid = (
          select relnamespace from pg_class
          where oid = coalesce(to_regclass(${MIGRATIONS}), to_regclass(${`public.${MIGRATIONS}`}))
        )
      ) as schema`);
    if (found !== undefined && found.encoding !== "UTF8") throw wrongEncoding(found.database, found.encoding);
    this.#name = this.wanted ?? found?.schema ?? USUAL;
  }

  text(text: string): string {
    if (this.#name === undefined) return text;
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size >= KEPT_TEXTS) this.#texts.clear();
    const qualified = this.qualify(text, this.#name);
    this.#texts.set(text, qualified);
    return qualified;
  }

  /** The same for a statement that was rendered once: looked up by what it is, not by its text. */
  query(query: Query): Query {
    const known = this.#queries.get(query);
    if (known !== undefined) return known;
    const qualified = { ...query, sql: this.qualify(query.sql, this.name) };
    this.#queries.set(query, qualified);
    return qualified;
  }
}

const wrongEncoding = (database: string, encoding: string): StoreError =>
  new StoreError(
    "failed",
    `the database ${quoted(database)} has the encoding ${encoding}, which does not hold every text: ` +
      "name another in DATABASE_URL, made with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
  );
