import type { Table } from "../../domain/document.ts";
import type { Chart } from "./tables.ts";

/** A passage as the answer shows it. */
export interface ChatSource {
  readonly title: string;
  readonly document_id: string;
  readonly content: string;
  /** 0 to 1. */
  readonly score: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What a table says to the question. */
export interface TableAnswer {
  readonly documentId: string;
  readonly title: string;
  /** In words, in the question's language. */
  readonly text: string;
  readonly table: Table | null;
  readonly chart: Chart | null;
}

/** What the nodes of `chat` know of a turn. */
export interface ChatState {
  readonly question: string;
  /** A greeting or thanks: nothing to look up. */
  readonly isTalk: boolean;
  /** Earlier questions that this one goes on from, oldest first. */
  readonly earlier: readonly string[];
  /** It says itself that it goes on: "and …?" */
  readonly isMarked: boolean;
  /** What is searched for. */
  readonly query: string;
  readonly sources: readonly ChatSource[];
  readonly confidence: number;
  readonly found: TableAnswer | null;
  readonly content: string;
}
