import type { AgentContext, AgentNode } from "../../agents/contract.ts";
import type { Passage, Table } from "../../domain/document.ts";
import type { Payload } from "../../domain/event.ts";
import type { Retrieval } from "../../retrieval/contract.ts";
import type { ChatSource, ChatState, TableAnswer } from "./state.ts";
import type { TableReader, TableReply } from "./tables.ts";

/** What the agent needs of retrieval. */
export type Lookup = Pick<Retrieval, "search" | "table">;

/** Pieces that are looked through for tables: one that is asked over all of its rows may have no row that fits the words well. */
const MAX_PIECES = 32;
/** Passages that the answer rests on and shows. */
const MAX_SOURCES = 5;
/** One that answers so much worse than the best is chance. */
const NEAR = 0.5;
/** Tables that are asked. */
const MAX_TABLES = 3;

/** Looks the question up in all of the user's documents, and asks the tables among them. Tells what it found, were it nothing. */
export const retrieve = (lookup: Lookup, tables: TableReader | null): AgentNode<ChatState> => ({
  name: "data_retrieval",
  stage: "retrieval",
  message: (locale) => (locale === "ko" ? "문서와 표에서 찾고 있습니다." : "Looking it up in documents and tables."),
  async *run(state, context) {
    const query = { text: state.query, collection: null, k: MAX_PIECES };
    const passages = state.isTalk ? [] : await lookup.search(context.userId, query, context.signal);
    const found = tables === null ? null : await askTables({ lookup, tables }, passages, state, context);
    const kept = keep(passages, found);
    const sources = kept.map(sourceOf);
    const resting = found === null ? kept : kept.filter(({ documentId }) => documentId === found.documentId);
    const confidence = rounded(bestOf(resting));
    yield { type: "sources", payload: { items: sources.map(itemOf) } };
    const { table = null, chart = null } = found ?? {};
    yield { type: "node_result", payload: { node: "data_retrieval", output: { confidence, table, chart } } };
    return { sources, confidence, found };
  },
  next: () => "response_generation",
});

/** The table that has most to say to the question; of several alike, the one found first. */
const askTables = async (
  { lookup, tables }: { readonly lookup: Lookup; readonly tables: TableReader },
  passages: readonly Passage[],
  { question, earlier, isMarked }: ChatState,
  { userId, locale, signal }: AgentContext,
): Promise<TableAnswer | null> => {
  const bar = NEAR * bestOf(passages);
  const pieces = passages.filter(({ table }) => table !== null);
  const documents = [...Map.groupBy(pieces, ({ documentId }) => documentId)];
  let answer: (TableAnswer & Pick<TableReply, "weight">) | null = null;
  for (const [documentId, own] of documents.slice(0, MAX_TABLES)) {
    const { title = "", table: piece = null } = own[0] ?? {};
    const table = await lookup.table(userId, documentId, tables.maxRows(piece?.columns.length ?? 1) + 1);
    signal.throwIfAborted();
    if (table === null) continue;
    const reply = await tables.ask({ table, asked: { question, earlier, isMarked }, locale }, { userId, signal });
    if (reply === null || (bestOf(own) < bar && !reply.isCertain)) continue;
    if (answer === null || reply.weight > answer.weight) answer = { documentId, title, ...reply };
  }
  if (answer === null) return null;
  const { documentId, title, text, table, chart } = answer;
  return { documentId, title, text, table, chart };
};

/** Pieces of a table that answers: those that hold its rows, or else the nearest. Of other documents whatever is near. */
const keep = (passages: readonly Passage[], found: TableAnswer | null): readonly Passage[] => {
  const bar = NEAR * bestOf(passages);
  const rows = new Set(found?.table?.rows.map((row) => JSON.stringify(row)));
  const isOwn = ({ documentId }: Passage) => documentId === found?.documentId;
  const own = passages.filter(isOwn);
  const holding = own.filter(({ table }) => holdsAny(table, rows));
  // The table that answers is always among them, however far down it was found.
  const telling = holding.length > 0 ? holding : own.filter(({ score }, at) => at === 0 || score >= bar);
  const near = passages.filter((passage) => !isOwn(passage) && passage.score >= bar);
  return [...telling, ...near].slice(0, MAX_SOURCES);
};

const holdsAny = (table: Table | null, rows: ReadonlySet<string>): boolean =>
  table?.rows.some((row) => rows.has(JSON.stringify(row))) ?? false;

const sourceOf = ({ title, documentId, content, score, metadata }: Passage): ChatSource => ({
  title,
  document_id: documentId,
  content,
  score: rounded(score),
  metadata,
});

const itemOf = ({ title, document_id, content, score, metadata }: ChatSource): Payload<"sources">["items"][number] => ({
  content,
  metadata: { ...metadata, document_id, title },
  score,
});

/** They come in the order of their ranks, which is not that of their scores. */
const bestOf = (passages: readonly Passage[]): number => Math.max(0, ...passages.map(({ score }) => score));

/** No more digits than a score means, and never past its bounds. */
const rounded = (score: number): number => Math.round(Math.min(1, Math.max(0, score)) * 1000) / 1000;
