import { sql } from "drizzle-orm";
import { storable } from "../../domain/text.ts";
import { texts } from "../columns.ts";
import type { CallOptions, Database, Session } from "../database.ts";
import { DDL_DEADLINE_MS, lockTables } from "../migrations/migrate.ts";
import { EMBEDDINGS } from "../qualify.ts";
import type { ChunkVector, Embedding, SearchCapabilities } from "./contract.ts";
import { literal, VectorIndex, type VectorTuning } from "./vector-index.ts";
import { VectorTypes } from "./vector-types.ts";

/** Vectors per statement: one takes the embedded database 2 to 5 ms, on the event loop. */
const ROWS = 3;

const BULK: CallOptions = { lane: "bulk" };

/**
 * Vectors of chunks, where the database has the extension `vector`. Their table is created outside the migrations,
 * because a server may get the extension years after its tables, or never. All vectors have length 1, so that the inner
 * product is the cosine.
 */
export class Vectors {
  #types: VectorTypes | null = null;
  readonly #index: VectorIndex;

  constructor(
    private readonly database: Database,
    tuning: VectorTuning,
  ) {
    this.#index = new VectorIndex(database, tuning);
  }

  /** Creates the extension and the table where the database permits it; `capabilities` reports a refusal. */
  async prepare(): Promise<void> {
    const { vectors, isOffered } = await this.#probe();
    if (vectors || !isOffered) return;
    await this.database
      .call("vectors.prepare", ({ transaction }) => transaction(makeTable), { ...BULK, deadlineMs: DDL_DEADLINE_MS })
      .catch(() => {});
  }

  async capabilities(): Promise<SearchCapabilities> {
    const { vectors, isOffered } = await this.#probe();
    if (vectors) return { vectors, reason: null };
    const reason = isOffered
      ? 'the extension "vector" is installed but could not be created: have a superuser run "create extension vector" in this database, then restart'
      : 'the database server has no extension "vector": install pgvector on it, then restart';
    return { vectors, reason };
  }

  async isReady(session: Pick<Session, "rows" | "schema">): Promise<boolean> {
    return (await this.#find(session)) !== null;
  }

  /** Null when there are no vectors. Runs one short statement until the table exists, and none from then on. */
  async #find({ rows, schema }: Pick<Session, "rows" | "schema">): Promise<VectorTypes | null> {
    if (this.#types !== null) return this.#types;
    const [found] = await rows<{ extensionSchema: string }>(sql`
      select ${extensionSchema} as "extensionSchema" where to_regclass(${schema.nameOf(EMBEDDINGS)}) is not null`);
    this.#types = found === undefined ? null : new VectorTypes(found.extensionSchema);
    return this.#types;
  }

  /**
   * Writes in short statements. Skips chunks that no longer exist and vectors without a direction (all zero). Returns
   * how many chunks have theirs; 0 where the database has no vectors.
   */
  async write(model: string, vectors: readonly ChunkVector[]): Promise<number> {
    let written = 0;
    for (let at = 0; at < vectors.length; at += ROWS) {
      const some = vectors.slice(at, at + ROWS);
      const types = await this.database.call("vectors.write", (session) => this.#find(session), BULK);
      if (types === null) return 0;
      for (const dimension of new Set(some.map(({ vector }) => vector.length)))
        await this.#index.prepare(types, model, dimension);
      written += await this.database.call("vectors.write", (session) => insert(session, types, model, some), BULK);
    }
    this.#index.grown(written);
    return written;
  }

  /**
   * Returns the nearest of the user's chunks, or of one collection's, nearest first; none where the database has no
   * vectors.
   */
  async nearest(
    session: Session,
    userId: string,
    collection: string | null,
    { model, vector }: Embedding,
    limit: number,
  ): Promise<readonly NearestChunk[]> {
    const unit = unitOf(vector);
    const types = unit === null ? null : await this.#find(session);
    if (types === null) return [];
    const type = types.of(vector.length);
    // The distance appears once: in the select list as well as in the order, it would be computed twice for each
    // vector.
    return session.rows<NearestChunk>(sql`
      select document_id as "documentId", ordinal, -distance as cosine
      from (
        select document_id, ordinal, embedding::${type} ${types.distance} ${unit}::${type} as distance
        from chunk_embeddings
        where user_id = ${userId} and model = ${literal(model)} and dimension = ${sql.raw(String(vector.length))}
          ${collection === null ? sql`` : sql`and collection = ${collection}`}
          and document_id not in (select document_id from documents where user_id = ${userId} and not is_ready)
        order by distance
        limit ${limit}::int
      ) as nearest
      order by distance`);
  }

  async #probe(): Promise<{ readonly vectors: boolean; readonly isOffered: boolean }> {
    if (this.#types !== null) return { vectors: true, isOffered: true };
    return this.database.call("vectors.probe", async (session) => {
      if (await this.isReady(session)) return { vectors: true, isOffered: true };
      const offered = await session.rows(sql`select 1 from pg_available_extensions where name = 'vector'`);
      return { vectors: false, isOffered: offered.length > 0 };
    });
  }
}

/** The lock on a chunk makes a concurrent deletion wait; if the deletion came first, the chunk is not found. */
const insert = async (
  { rows }: Session,
  types: VectorTypes,
  model: string,
  vectors: readonly ChunkVector[],
): Promise<number> => {
  const units = vectors.flatMap(({ vector, ...key }) => {
    const text = unitOf(vector);
    return text === null ? [] : [{ ...key, text, dimension: vector.length }];
  });
  if (units.length === 0) return 0;
  const column = (of: (unit: (typeof units)[number]) => string | number) =>
    texts(units.map((unit) => String(of(unit))));
  const written = await rows(sql`
    insert into chunk_embeddings (user_id, document_id, ordinal, collection, model, dimension, embedding)
    select c.user_id, c.document_id, c.ordinal, d.collection, ${storable(model)}, v.dimension::int, v.embedding::${types.vector}
    from rows from (
      ${column(({ userId }) => userId)}, ${column(({ documentId }) => documentId)}, ${column(({ ordinal }) => ordinal)},
      ${column(({ dimension }) => dimension)}, ${column(({ text }) => text)}
    ) as v (user_id, document_id, ordinal, dimension, embedding)
    join chunks c on c.user_id = v.user_id and c.document_id = v.document_id and c.ordinal = v.ordinal::int
    join documents d on d.user_id = v.user_id and d.document_id = v.document_id
    for key share of c
    on conflict (user_id, document_id, ordinal)
    do update set model = excluded.model, dimension = excluded.dimension, embedding = excluded.embedding
    returning 1`);
  return written.length;
};

/** Null when the database does not have the extension. */
const extensionSchema = sql`(
  select nspname from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'vector'
)`;

export interface NearestChunk {
  readonly documentId: string;
  readonly ordinal: number;
  readonly cosine: number;
}

/**
 * Holds vectors of any dimension and any model; each model and dimension has its own index. Rows up to a page's size
 * stay in the table. Out of line, each comparison of a scan would be a lookup, which is the default for vectors of more
 * than 500 numbers.
 */
const makeTable = async (session: Session): Promise<void> => {
  await lockTables(session);
  await session.rows(sql`create extension if not exists vector`);
  const [found] = await session.rows<{ name: string }>(sql`select ${extensionSchema} as name`);
  const types = new VectorTypes(found?.name ?? "public");
  await session.rows(sql`
    create table if not exists chunk_embeddings (
      user_id text not null, document_id text not null, ordinal integer not null, collection text not null,
      model text not null, dimension integer not null, embedding ${types.vector} not null,
      primary key (user_id, document_id, ordinal)
    ) with (toast_tuple_target = 8160)`);
  await session.rows(sql`alter table chunk_embeddings alter embedding set storage main`);
  await session.rows(sql`
    create index if not exists chunk_embeddings_alike on chunk_embeddings (user_id, collection, dimension, model)`);
};

/**
 * Returns the vector of length 1 in the same direction, as pgvector reads it, with 7 digits after the point, which is
 * what pgvector stores. Null when it has no direction.
 */
const unitOf = (vector: readonly number[]): string | null => {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return null;
  const scale = 1e7 / Math.sqrt(squares);
  return `[${vector.map((value) => Math.round(value * scale) / 1e7).join(",")}]`;
};
