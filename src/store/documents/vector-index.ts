import { createHash } from "node:crypto";
import { type SQL, sql } from "drizzle-orm";
import { storable } from "../../domain/text.ts";
import type { Database, Session } from "../database.ts";
import { DDL_DEADLINE_MS, lockTables } from "../migrations/migrate.ts";
import { EMBEDDINGS } from "../qualify.ts";
import { LONGEST_HALFVEC, type VectorTypes } from "./vector-types.ts";

/** Chosen for each driver's database. */
export interface VectorTuning {
  /**
   * The links of a vector in the graph, and how many candidates are examined to choose them. pgvector's defaults are 16
   * and 64.
   */
  readonly m: number;
  readonly efConstruction: number;
}

/**
 * Settings for a session; they require pgvector 0.8 or later and have no effect on other servers. The search keeps this
 * many of the graph's nearest as candidates, and continues until it has found enough of the user's own.
 */
export const SEARCH_SETTINGS = { "hnsw.ef_search": 200, "hnsw.iterative_scan": "strict_order" } as const;

/** Statistics are gathered again once this share of the vectors, a fifth, plus `least` have been added. */
const CHANGED = { share: 0.2, least: 256 };

/**
 * Hierarchical navigable small worlds (Malkov and Yashunin, https://arxiv.org/abs/1603.09320) over the vectors of each
 * model and dimension. The planner chooses whether to use it: few vectors, or few of many users', are compared exactly.
 */
export class VectorIndex {
  readonly #known = new Set<string>();
  /** How many vectors may be written before statistics are gathered again; infinite while a gathering is under way. */
  #untilAnalyzed = CHANGED.least;

  constructor(
    private readonly database: Database,
    private readonly tuning: VectorTuning,
  ) {}

  /** Runs before the first vectors of a model and dimension are written, while the index is still empty. */
  async prepare(types: VectorTypes, model: string, dimension: number): Promise<void> {
    const known = `${dimension} ${model}`;
    if (dimension > LONGEST_HALFVEC || this.#known.has(known)) return;
    const { m, efConstruction } = this.tuning;
    const build = ({ transaction }: Session) =>
      transaction(async (session) => {
        const name = `${EMBEDDINGS}_${dimension}_${digest(model)}`;
        const there = session.schema.nameOf(name);
        const [found] = await session.rows(sql`select 1 where to_regclass(${there}) is not null`);
        if (found !== undefined) return;
        await lockTables(session);
        await session.rows(sql`
          create index if not exists ${sql.identifier(name)} on chunk_embeddings
          using hnsw ((embedding::${types.of(dimension)}) ${types.indexed(dimension)})
          with (m = ${sql.raw(String(m))}, ef_construction = ${sql.raw(String(efConstruction))})
          where model = ${literal(model)} and dimension = ${sql.raw(String(dimension))}`);
      });
    await this.database.call("vectors.index", build, { lane: "bulk", deadlineMs: DDL_DEADLINE_MS });
    this.#known.add(known);
  }

  /**
   * Gathers statistics after so many more writes. Without them the planner assumes that the table is small and compares
   * all of it. On a server autovacuum would run within a minute; in the embedded database it never does. No caller
   * waits for it or fails with it: if another session has the table's lock, or the server refuses, the next vectors
   * trigger it again.
   */
  grown(written: number): void {
    this.#untilAnalyzed -= written;
    if (this.#untilAnalyzed > 0) return;
    this.#untilAnalyzed = Number.POSITIVE_INFINITY;
    const analyze = ({ transaction }: Session) =>
      transaction(async (session) => {
        await session.rows(sql`set local lock_timeout = '100ms'`);
        await session.rows(sql`analyze chunk_embeddings (user_id, collection, model, dimension)`);
        return untilNext(session);
      });
    this.database.call("vectors.analyze", analyze, { lane: "bulk", deadlineMs: DDL_DEADLINE_MS }).then(
      (due) => {
        this.#untilAnalyzed = due;
      },
      () => {
        this.#untilAnalyzed = CHANGED.least;
      },
    );
  }
}

const untilNext = async ({ rows, schema }: Session): Promise<number> => {
  const [last] = await rows<{ vectors: number }>(
    sql`select greatest(reltuples, 0)::float8 as vectors from pg_class where oid = ${schema.nameOf(EMBEDDINGS)}::regclass`,
  );
  return CHANGED.least + CHANGED.share * (last?.vectors ?? 0);
};

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);

/** For statements that take no parameters, and for plans that must match an index by this value. */
export const literal = (text: string): SQL => sql.raw(`'${storable(text).replaceAll("'", "''")}'`);
