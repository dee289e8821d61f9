import { type SQL, sql } from "drizzle-orm";

/**
 * The longest vectors that the index supports, by type (https://github.com/pgvector/pgvector#hnsw); longer vectors have
 * no index.
 */
const LONGEST_VECTOR = 2_000;
export const LONGEST_HALFVEC = 4_000;

/**
 * pgvector's types and operators by their full names. An operator may have installed the extension in any schema,
 * `extensions` for example, and a session's search path need not include it.
 */
export class VectorTypes {
  /** Vectors of any dimension. */
  readonly vector: SQL;
  /** The negative inner product. */
  readonly distance: SQL;

  constructor(private readonly extensionSchema: string) {
    this.vector = this.#named("vector");
    this.distance = sql`operator(${sql.identifier(extensionSchema)}.<#>)`;
  }

  /** The type that vectors of that dimension are compared and indexed as. */
  of(dimension: number): SQL {
    const name = dimension > LONGEST_VECTOR && dimension <= LONGEST_HALFVEC ? "halfvec" : "vector";
    return sql`${this.#named(name)}(${sql.raw(String(dimension))})`;
  }

  /** The operator class of an index of that dimension. */
  indexed(dimension: number): SQL {
    return this.#named(dimension > LONGEST_VECTOR ? "halfvec_ip_ops" : "vector_ip_ops");
  }

  #named(name: string): SQL {
    return sql`${sql.identifier(this.extensionSchema)}.${sql.raw(name)}`;
  }
}
