import { agent, type GraphDefinition } from "../../agents/public.ts";
import { analyse } from "./analyse.ts";
import { respond } from "./respond.ts";
import { retrieve } from "./retrieve.ts";
import type { ChatState } from "./state.ts";
import type { TableReader } from "./tables.ts";

/** The most of a source that an answer shows, in characters. */
const SHOWN_OF_SOURCE = 200;

export interface ChatParts {
  /** Null: tables are searched as passages like any other document. */
  readonly tables: TableReader | null;
  /** The most time that a turn may take, in milliseconds. */
  readonly chatTimeoutMs: number;
}

/** Answers from all of the user's documents, tables included: query_analysis → data_retrieval → response_generation. */
export const chatAgent = ({ tables, chatTimeoutMs }: ChatParts): GraphDefinition<ChatState> =>
  agent({
    description: "Answers from all of the user's documents, tables included.",
    timeout: `${chatTimeoutMs}ms`,
    begin: ({ message }) => ({
      question: message,
      isTalk: false,
      earlier: [],
      isMarked: false,
      query: message,
      sources: [],
      confidence: 0,
      found: null,
      content: "",
    }),
    start: "query_analysis",
    nodes: { query_analysis: analyse, data_retrieval: retrieve(tables), response_generation: respond },
    result: ({ content, sources, confidence, found }) => ({
      content,
      sources: sources.map((source) => ({ ...source, content: beginningOf(source.content) })),
      confidence_score: confidence,
      table_data: found?.table ?? null,
      chart_data: found?.chart ?? null,
    }),
  });

/** Cuts between code points, never inside one. */
const beginningOf = (content: string): string =>
  [...content.slice(0, 2 * SHOWN_OF_SOURCE)].slice(0, SHOWN_OF_SOURCE).join("");
