import { sql } from "drizzle-orm";
import type { Passage, Table } from "../../domain/document.ts";
import { collectionName } from "../../domain/readable.ts";
import { coverageOf, fuse, scoreOf } from "../../domain/relevance.ts";
import { type Term, termsOf } from "../../domain/terms.ts";
import { texts } from "../columns.ts";
import type { Database, Session } from "../database.ts";
import type { ChunkKey, DocumentStore, Found } from "./contract.ts";
import { queryTerms } from "./lexemes.ts";
import type { NearestChunk, Vectors } from "./vectors.ts";
import { byWords, type WordHits } from "./words.ts";

/** The least depth to which each of the two rankings is read: a chunk in the middle of both may come out on top. */
const DEPTH = 50;

/** Looks up words and vectors in parallel, then reads only the chunks that rank highest. */
export const searchQuery = (database: Database, vectors: Vectors): Pick<DocumentStore, "search"> => {
  const call = <T>(work: (session: Session) => Promise<T>) => database.call("documents.search", work, { lane: "bulk" });
  return {
    search: async (userId, { text, embedding, collection: named, limit }) => {
      const collection = named === null ? null : collectionName(named);
      const terms = queryTerms(text);
      const depth = Math.max(DEPTH, limit * 4);
      const [words, near] = await Promise.all([
        terms.length === 0 ? null : call((session) => byWords(session, userId, collection, terms, depth)),
        embedding === null ? null : call((session) => vectors.nearest(session, userId, collection, embedding, depth)),
      ]);
      const wordOrder = words?.chunks.map(keyOf) ?? [];
      const nearOrder = near?.map(keyOf) ?? [];
      const best = fuse([
        { keys: wordOrder, trust: 1 },
        { keys: nearOrder, trust: embedding?.trust ?? 0 },
      ]).slice(0, limit);
      const read = await call((session) => readChunks(session, userId, best));
      return best.flatMap((key): readonly Found[] => {
        const chunk = read.get(key);
        // Removed meanwhile.
        if (chunk === undefined) return [];
        const coverage = words === null ? null : coverageIn(chunk, terms, words);
        const [inWords, inNear] = [wordOrder.indexOf(key), nearOrder.indexOf(key)];
        const { headings, ...passage } = chunk;
        const cosine = near?.[inNear]?.cosine ?? null;
        return [
          {
            ...passage,
            score: scoreOf(coverage, cosine ?? (near === null ? null : farthest(near, depth))),
            lexical: inWords < 0 ? null : { rank: inWords + 1, score: coverage ?? 0 },
            vector: cosine === null ? null : { rank: inNear + 1, score: cosine },
          },
        ];
      });
    },
  };
};

type ChunkRef = Pick<ChunkKey, "documentId" | "ordinal">;

const keyOf = ({ documentId, ordinal }: ChunkRef): string => `${ordinal} ${documentId}`;
const ofKey = (key: string): ChunkRef => {
  const at = key.indexOf(" ");
  return { ordinal: Number(key.slice(0, at)), documentId: key.slice(at + 1) };
};

/**
 * An upper bound on the cosine of a chunk beyond the nearest. Null when all chunks were among the nearest, so that this
 * one has no vector to compare.
 */
const farthest = (near: readonly NearestChunk[], depth: number): number | null =>
  near.length < depth ? null : (near.at(-1)?.cosine ?? null);

/** In UTF-16 units. */
const MAX_SCORED_CHARS = 4_000;

const coverageIn = (chunk: StoredChunk, terms: readonly Term[], { rarity }: WordHits): number => {
  // Chunks are shorter than this; those stored before they had a bound are judged by their beginning.
  const lexemes = [chunk.title, ...chunk.headings, chunk.content.slice(0, MAX_SCORED_CHARS)]
    .flatMap(termsOf)
    .flatMap(({ forms, parts }) => [...forms, ...parts]);
  return coverageOf(terms, new Set(lexemes), rarity);
};

interface StoredChunk extends Omit<Passage, "score">, ChunkRef {
  readonly headings: readonly string[];
}
interface Row extends ChunkRef {
  readonly title: string;
  readonly content: string;
  readonly headings: string;
  readonly metadata: string;
  readonly documentMetadata: string;
  readonly columns: string | null;
  readonly rows: string | null;
}

const readChunks = async (session: Session, userId: string, keys: readonly string[]) => {
  if (keys.length === 0) return new Map<string, StoredChunk>();
  const refs = keys.map(ofKey);
  const found = await session.rows<Row>(sql`
    select c.document_id as "documentId", c.ordinal, d.title, c.content, c.headings, c.metadata,
      d.metadata as "documentMetadata", d.columns, c.rows
    from rows from (
      ${texts(refs.map(({ documentId }) => documentId))}, ${texts(refs.map(({ ordinal }) => String(ordinal)))}
    ) as k (document_id, ordinal)
      join chunks c on c.user_id = ${userId} and c.document_id = k.document_id and c.ordinal = k.ordinal::int
      join documents d on d.user_id = ${userId} and d.document_id = c.document_id and d.is_ready`);
  return new Map(found.map((row) => [keyOf(row), storedChunkOf(row)]));
};

const storedChunkOf = ({ documentMetadata, columns, rows, ...row }: Row): StoredChunk => ({
  ...row,
  headings: JSON.parse(row.headings) as readonly string[],
  metadata: { ...JSON.parse(documentMetadata), ...JSON.parse(row.metadata) },
  table:
    columns === null || rows === null
      ? null
      : { columns: JSON.parse(columns) as Table["columns"], rows: JSON.parse(rows) as Table["rows"] },
});
