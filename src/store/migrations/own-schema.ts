import { type Query, type SQL, sql } from "drizzle-orm";
import { MIGRATIONS, type Qualify, quoted } from "../qualify.ts";
import { StoreError } from "../store-error.ts";

/** Where a new database gets its tables, so that a product's own `events` table stays separate. */
const DEFAULT_SCHEMA = "yeoul";
/**
 * Caches texts that are qualified repeatedly. More distinct texts than the program has means that one of them is not
 * constant.
 */
const MAX_CACHED_TEXTS = 1_000;

/** The part of a session that is used here. */
interface RowReader {
  rows<Row extends object>(statement: SQL): Promise<readonly Row[]>;
}

/** The schema that holds our tables. Found in the database before the first statement that needs it. */
export class OwnSchema {
  #name: string | undefined;
  readonly #texts = new Map<string, string>();
  readonly #queries = new WeakMap<Query, Query>();

  /** When `configured` is null the database decides, see `find`. */
  constructor(
    private readonly configured: string | null,
    private readonly qualify: Qualify,
  ) {}

  get isKnown(): boolean {
    return this.#name !== undefined;
  }

  get name(): string {
    if (this.#name === undefined) throw new Error("the schema is not known before it was looked up in the database");
    return this.#name;
  }

  /** The qualified name of a relation of ours, for functions that take a name as a value, such as `to_regclass`. */
  nameOf(relation: string): string {
    return `${quoted(this.name)}.${quoted(relation)}`;
  }

  /**
   * Looks at the database once. The schema is the requested one, else the one where our tables already are (identified
   * by the list of migrations), else `yeoul`. Throws a StoreError when the database cannot hold every text.
   */
  async find({ rows }: RowReader): Promise<void> {
    const [found] = await rows<{ database: string; encoding: string; schema: string | null }>(sql`
      select current_database() as database, current_setting('server_encoding') as encoding, (
        select nspname from pg_namespace where oid = (
          select relnamespace from pg_class
          where oid = coalesce(to_regclass(${MIGRATIONS}), to_regclass(${`public.${MIGRATIONS}`}))
        )
      ) as schema`);
    if (found !== undefined && found.encoding !== "UTF8") throw wrongEncoding(found.database, found.encoding);
    this.#name = this.configured ?? found?.schema ?? DEFAULT_SCHEMA;
  }

  text(text: string): string {
    if (this.#name === undefined) return text;
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size >= MAX_CACHED_TEXTS) this.#texts.clear();
    const qualified = this.qualify(text, this.#name);
    this.#texts.set(text, qualified);
    return qualified;
  }

  /** The same for a query that was rendered once: looked up by identity, not by its text. */
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
