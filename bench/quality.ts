import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { realSystem } from "../src/domain/system.ts";
import type { EmbeddingModel } from "../src/models/embedding/contract.ts";
import { openReader } from "../src/reading/reader.ts";
import { DocumentRetrieval } from "../src/retrieval/retrieval.ts";
import type { DocumentStore } from "../src/store/documents/contract.ts";

const FIXTURES = join(import.meta.dir, "../test/fixtures/retrieval");

export const LANGUAGES = ["ko", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
export const WAYS = ["lexical", "vector", "hybrid"] as const;
export type Way = (typeof WAYS)[number];

/**
 * A passage answers when it contains `answer` verbatim. `lexical` questions use the document's words, `paraphrase` ones
 * do not.
 */
const Question = Type.Object({
  question: Type.String({ minLength: 1 }),
  document: Type.String({ minLength: 1 }),
  answer: Type.String({ minLength: 1 }),
  kind: Type.Union([Type.Literal("lexical"), Type.Literal("paraphrase")]),
});
export const KINDS = ["lexical", "paraphrase"] as const;
type Kind = (typeof KINDS)[number];

const never = new AbortController().signal;

/** Adds all documents of a language as one collection of one user. Returns the questions about them. */
export const takeIn = async (language: Language, documents: DocumentStore, embedding: EmbeddingModel) => {
  const reader = openReader();
  const retrieval = new DocumentRetrieval({
    documents,
    embedding,
    ...reader,
    system: realSystem,
    logger: { notEmbedded: () => {} },
  });
  for (const name of [...new Bun.Glob("*").scanSync(join(FIXTURES, language))].sort()) {
    const upload = { name, mediaType: "", bytes: await Bun.file(join(FIXTURES, language, name)).bytes() };
    const document = { collection: language, title: null, metadata: {}, upload };
    await retrieval.ingest("bench", document, never);
  }
  const questions: unknown = await Bun.file(join(FIXTURES, `questions-${language}.json`)).json();
  return Value.Decode(Type.Array(Question), questions);
};

/**
 * `recall` is the share of questions answered by one of the first three passages, `mrr` the mean of 1 / the first
 * answer's rank, within 10.
 */
export interface Quality {
  readonly questions: number;
  readonly recall: number;
  readonly mrr: number;
}

const TOP = 3;
const DEPTH = 10;

/**
 * Measures how well a language's questions are answered, by search method and kind of question, and which ones hybrid
 * search missed.
 */
export const measure = async (language: Language, documents: DocumentStore, embedding: EmbeddingModel) => {
  const questions = await takeIn(language, documents, embedding);
  const ranks: { readonly way: Way; readonly kind: Kind; readonly question: string; readonly rank: number | null }[] =
    [];
  for (const { question, answer, kind } of questions) {
    const [vector = []] = await embedding.embed([question], "query", never);
    const byVector = { model: embedding.id, vector, trust: embedding.trust };
    const query = {
      lexical: { text: question, embedding: null },
      vector: { text: "", embedding: byVector },
      hybrid: { text: question, embedding: byVector },
    };
    for (const way of WAYS) {
      const found = await documents.search("bench", { ...query[way], collection: language, limit: DEPTH });
      const place = found.findIndex(({ content }) => content.includes(answer));
      ranks.push({ way, kind, question, rank: place === -1 ? null : place + 1 });
    }
  }
  const of = (way: Way, kind: Kind | null): Quality => {
    const these = ranks.filter((rank) => rank.way === way && (kind === null || rank.kind === kind));
    const mean = (score: (rank: number) => number) =>
      these.reduce((sum, { rank }) => sum + (rank === null ? 0 : score(rank)), 0) / these.length;
    return { questions: these.length, recall: mean((rank) => (rank <= TOP ? 1 : 0)), mrr: mean((rank) => 1 / rank) };
  };
  const missed = ranks.filter(({ way, rank }) => way === "hybrid" && (rank === null || rank > TOP));
  return { of, missed: missed.map(({ question, rank }) => ({ question, rank })) };
};
