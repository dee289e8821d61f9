import { type SQL, sql } from "drizzle-orm";

/** What the index takes of each type (https://github.com/pgvector/pgvector#hnsw); longer vectors have none. */
const LONGEST_VECTOR = 2_000;
export const LONGEST_HALFVEC = 4_000;

/**
 * pgvector's types and operators by their full names: an operator has installed the extension where he liked, `extensions`
 * say, and the search path of a session need not lead there.
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

  /** The type that vectors of that dimension are compared, and indexed, as. */
  of(dimension: number): SQL {
    const name = dimension > LONGEST_VECTOR && dimension <= LONGEST_HALFVEC ? "halfvec" : "vector";
    return sql`${this.#named(name)}(${sql.raw(String(dimension))})`;
  }

  /** What an index of that dimension is made by. */
  indexed(dimension: number): SQL {
    return this.#named(dimension > LONGEST_VECTOR ? "halfvec_ip_ops" : "vector_ip_ops");
  }

  #named(name: string): SQL {
    return sql`${sql.identifier(this.extensionSchema)}.${sql.raw(name)}`;
  }
}
