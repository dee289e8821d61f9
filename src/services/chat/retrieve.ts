import type { Context, NodeDefinition } from "../../agents/public.ts";
import type { Passage, Table } from "../../domain/document.ts";
import { sourceItem } from "../../domain/source-item.ts";
import type { ChatSource, ChatState, TableAnswer } from "./state.ts";
import type { TableReader, TableReply } from "./tables.ts";

/**
 * Passages searched for tables. It is large because a question over all rows of a table may have no row that matches
 * its words well.
 */
const MAX_PASSAGES = 32;
/** The most passages that an answer is based on and shows. */
const MAX_SOURCES = 5;
/** A passage that scores below this share of the best score is a chance match. */
const NEAR_BEST = 0.5;
/** The most tables that are queried. */
const MAX_TABLES = 3;

/**
 * Searches all of the user's documents and queries the tables among them. It emits what it found, also when that is
 * nothing.
 */
export const retrieve = (tables: TableReader | null): NodeDefinition<ChatState> => ({
  stage: "retrieval",
  message: (locale) => (locale === "ko" ? "문서와 표에서 찾고 있습니다." : "Looking it up in documents and tables."),
  async *run(context, state) {
    const passages = state.isTalk ? [] : await context.retrieval.search({ text: state.query, k: MAX_PASSAGES });
    const found = tables === null ? null : await queryTables(tables, passages, state, context);
    const shown = selectPassages(passages, found);
    const sources = shown.map(sourceOf);
    const supporting = found === null ? shown : shown.filter(({ documentId }) => documentId === found.documentId);
    const confidence = rounded(bestOf(supporting));
    yield {
      type: "sources",
      payload: { items: sources.map((source) => sourceItem({ ...source, documentId: source.document_id })) },
    };
    const { table = null, chart = null } = found ?? {};
    yield { type: "node_result", payload: { node: "data_retrieval", output: { confidence, table, chart } } };
    return { sources, confidence, found };
  },
});

/** Returns the answer of the table with the highest weight; among equals, of the one found first. */
const queryTables = async (
  tables: TableReader,
  passages: readonly Passage[],
  { question, earlier, isMarked }: ChatState,
  { userId, locale, signal, retrieval }: Context,
): Promise<TableAnswer | null> => {
  const threshold = NEAR_BEST * bestOf(passages);
  const tablePassages = passages.filter(({ table }) => table !== null);
  const documents = [...Map.groupBy(tablePassages, ({ documentId }) => documentId)];
  let answer: (TableAnswer & Pick<TableReply, "weight">) | null = null;
  for (const [documentId, ofDocument] of documents.slice(0, MAX_TABLES)) {
    const { title = "", table: passageTable = null } = ofDocument[0] ?? {};
    const table = await retrieval.table(documentId, tables.maxRows(passageTable?.columns.length ?? 1) + 1);
    signal.throwIfAborted();
    if (table === null) continue;
    const reply = await tables.ask({ table, query: { question, earlier, isMarked }, locale }, { userId, signal });
    if (reply === null || (bestOf(ofDocument) < threshold && !reply.isCertain)) continue;
    if (answer === null || reply.weight > answer.weight) answer = { documentId, title, ...reply };
  }
  if (answer === null) return null;
  const { documentId, title, text, table, chart } = answer;
  return { documentId, title, text, table, chart };
};

/**
 * Selects the passages to show: of the table that answers, those that contain its rows, or else the best; of other
 * documents, those with a score near the best.
 */
const selectPassages = (passages: readonly Passage[], found: TableAnswer | null): readonly Passage[] => {
  const threshold = NEAR_BEST * bestOf(passages);
  const rows = new Set(found?.table?.rows.map((row) => JSON.stringify(row)));
  const isOfTable = ({ documentId }: Passage) => documentId === found?.documentId;
  const ofTable = passages.filter(isOfTable);
  const withRows = ofTable.filter(({ table }) => containsAny(table, rows));
  // The table that answers is always among them, however low its score.
  const tablePassages =
    withRows.length > 0 ? withRows : ofTable.filter(({ score }, at) => at === 0 || score >= threshold);
  const otherPassages = passages.filter((passage) => !isOfTable(passage) && passage.score >= threshold);
  return [...tablePassages, ...otherPassages].slice(0, MAX_SOURCES);
};

const containsAny = (table: Table | null, rows: ReadonlySet<string>): boolean =>
  table?.rows.some((row) => rows.has(JSON.stringify(row))) ?? false;

const sourceOf = ({ title, documentId, content, score, metadata }: Passage): ChatSource => ({
  title,
  document_id: documentId,
  content,
  score: rounded(score),
  metadata,
});

/** Passages come ordered by rank, which is not the order of their scores. */
const bestOf = (passages: readonly Passage[]): number => Math.max(0, ...passages.map(({ score }) => score));

/** Clamps a score to 0 to 1 and rounds it to the three digits that are meaningful. */
const rounded = (score: number): number => Math.round(Math.min(1, Math.max(0, score)) * 1000) / 1000;
