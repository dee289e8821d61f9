import type { Table } from "../../domain/document.ts";
import type { Locale } from "../../domain/run.ts";
import type { Asker } from "../../workers/worker-pool.ts";

export interface TableQuestion {
  readonly question: string;
  /** Questions that it goes on from, oldest first. */
  readonly earlier: readonly string[];
  /** It says itself that it goes on. */
  readonly isMarked: boolean;
}

export interface TableRequest {
  readonly table: Table;
  readonly asked: TableQuestion;
  readonly locale: Locale;
}

/** A chart that any library can draw. */
export interface Chart {
  readonly type: "bar" | "line";
  readonly labels: readonly string[];
  /** A datum for each label; null where a cell holds no number. */
  readonly series: readonly { readonly name: string; readonly data: readonly (number | null)[] }[];
}

export interface TableReply {
  /** In the locale's language. */
  readonly text: string;
  readonly table: Table | null;
  readonly chart: Chart | null;
  /** How much the question speaks of this table; compares replies of several. */
  readonly weight: number;
  /** It names a row of this table, or speaks of nothing but its columns. */
  readonly isCertain: boolean;
}

/** Computes what a table says to a question. */
export interface TableReader {
  /** The rows that it looks at, of a table with so many columns. */
  maxRows(columns: number): number;
  /**
   * Null: the table says nothing for certain, or too much is being asked. Of a table with more rows than it looks at the reply
   * says so. Throws the signal's reason alone.
   */
  ask(request: TableRequest, asker: Asker): Promise<TableReply | null>;
}
