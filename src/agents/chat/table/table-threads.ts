import type { Table } from "../../../domain/document.ts";
import type { Locale } from "../../../domain/run.ts";
import { type Asker, PoolFullError, WorkerPool } from "../../../workers/worker-pool.ts";
import { askTable, type TableQuestion, type TableReply } from "./ask.ts";

export interface TableRequest {
  readonly table: Table;
  readonly asked: TableQuestion;
  readonly locale: Locale;
}
/** What breaks on a table says nothing for certain, as one that does not answer. */
export type TableAnswer = { readonly reply: TableReply | null };

/** Asks a table, see `askTable`; null too when that takes too long, or too many wait. Throws the signal's reason alone. */
export type AskTable = (request: TableRequest, asker: Asker) => Promise<TableReply | null>;

/** Asked where it stands: a table of so many cells, in so many characters, by questions of so many together. That takes some 5 ms. */
const SMALL = { cells: 1_000, characters: 20_000, asked: 500 };
const TIME_LIMIT_MS = 10_000;
const WAITING = { waiting: 1_000, waitingPerUser: 100 };

/** Small tables are asked at once, others in threads that all users share, see `WorkerPool`. */
export const openTables = (threads: number): AskTable => {
  const entry = {
    source: new URL("./worker.ts", import.meta.url).href,
    embedded: "./agents/chat/table/worker.ts",
  } as const;
  const pool = new WorkerPool<TableRequest, TableAnswer>(entry, { threads, ...WAITING });
  const errand = {
    totalMs: TIME_LIMIT_MS,
    silenceMs: TIME_LIMIT_MS,
    hear: ({ reply }: TableAnswer) => ({ value: reply }),
    late: () => new LateError(),
  };
  return async (request, asker) => {
    if (isSmall(request)) return askTable(request.table, request.asked, request.locale);
    try {
      return await pool.run(request, errand, asker);
    } catch (error) {
      if (error instanceof LateError || error instanceof PoolFullError) return null;
      throw error;
    }
  };
};

class LateError extends Error {
  override readonly name = "LateError";
}

const isSmall = ({ table: { columns, rows }, asked }: TableRequest): boolean => {
  if (columns.length * (rows.length + 1) > SMALL.cells) return false;
  if (lengthOf([asked.question, ...asked.earlier]) > SMALL.asked) return false;
  return lengthOf(columns) + rows.reduce((sum, row) => sum + lengthOf(row), 0) <= SMALL.characters;
};

const lengthOf = (texts: readonly string[]): number => texts.reduce((sum, { length }) => sum + length, 0);
