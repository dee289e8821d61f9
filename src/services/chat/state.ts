import type { Table } from "../../domain/document.ts";
import type { Chart } from "./tables.ts";

/** A passage in the form that the answer shows. */
export interface ChatSource {
  readonly title: string;
  readonly document_id: string;
  readonly content: string;
  /** 0 to 1. */
  readonly score: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The answer that a table gives to the question. */
export interface TableAnswer {
  readonly documentId: string;
  readonly title: string;
  /** The answer as text, in the question's language. */
  readonly text: string;
  readonly table: Table | null;
  readonly chart: Chart | null;
}

/** The state of `chat` during a turn. */
export interface ChatState {
  readonly question: string;
  /** A greeting or thanks, which needs no search. */
  readonly isTalk: boolean;
  /** Earlier questions that this one follows up, oldest first. */
  readonly earlier: readonly string[];
  /** The question itself marks that it is a follow-up: "and …?" */
  readonly isMarked: boolean;
  /** The text that is searched for. */
  readonly query: string;
  readonly sources: readonly ChatSource[];
  readonly confidence: number;
  readonly found: TableAnswer | null;
  readonly content: string;
}
