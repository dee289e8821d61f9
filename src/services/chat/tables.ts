import type { Table } from "../../domain/document.ts";
import type { Locale } from "../../domain/run.ts";
import type { JobOwner } from "../../workers/worker-pool.ts";

export interface TableQuestion {
  readonly question: string;
  /** Earlier questions that this one follows up, oldest first. */
  readonly earlier: readonly string[];
  /** The question itself marks that it is a follow-up. */
  readonly isMarked: boolean;
}

export interface TableRequest {
  readonly table: Table;
  readonly query: TableQuestion;
  readonly locale: Locale;
}

/** A chart in a form that any library can draw. */
export interface Chart {
  readonly type: "bar" | "line";
  readonly labels: readonly string[];
  /** One value for each label; null where the cell is not a number. */
  readonly series: readonly { readonly name: string; readonly data: readonly (number | null)[] }[];
}

export interface TableReply {
  /** The answer as text, in the locale's language. */
  readonly text: string;
  readonly table: Table | null;
  readonly chart: Chart | null;
  /** How well the question matches this table. It compares the replies of several tables. */
  readonly weight: number;
  /** The question names a row of this table, or its words are all about the table's columns. */
  readonly isCertain: boolean;
}

/** Answers questions from a table by computation. */
export interface TableReader {
  /** The number of rows that it reads of a table with this many columns. */
  maxRows(columns: number): number;
  /**
   * Null when the table gives no certain answer, or when the computation takes too long or too many are waiting. If the
   * table has more rows than it reads, the reply says so. Throws only the signal's reason.
   */
  ask(request: TableRequest, owner: JobOwner): Promise<TableReply | null>;
}
