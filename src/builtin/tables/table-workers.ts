import type { Locale } from "../../domain/run.ts";
import type { TableReader, TableReply, TableRequest } from "../../services/chat/tables.ts";
import { type JobOwner, PoolFullError, WorkerPool } from "../../workers/worker-pool.ts";
import { askTable } from "./ask.ts";
import { beginningOf, maxRowsOf } from "./beginning.ts";
import { lookedAt } from "./question-text.ts";

/** Null when there is no answer, and also when the computation failed. */
export type TableAnswer = { readonly reply: TableReply | null };

/**
 * Up to these sizes a table is queried on the event loop, in some 5 ms: its cells, its characters, and the characters
 * of all questions together.
 */
const SMALL = { cells: 1_000, characters: 20_000, question: 500 };
const TIME_LIMIT_MS = 10_000;
const WAITING = { waiting: 1_000, waitingPerUser: 100 };

/**
 * Answers by rules, see `askTable`: small tables on the event loop, others in workers that all users share, see
 * `WorkerPool`.
 */
export const tableReader = (workers: number): TableReader => {
  const entry = {
    source: new URL("./worker.ts", import.meta.url).href,
    embedded: "./builtin/tables/worker.ts",
  } as const;
  const pool = new WorkerPool<TableRequest, TableAnswer>(entry, { workers: workers, ...WAITING });
  const job = {
    totalMs: TIME_LIMIT_MS,
    idleMs: TIME_LIMIT_MS,
    onMessage: ({ reply }: TableAnswer) => ({ value: reply }),
    timeoutError: () => new LateError(),
  };
  const ask = async (request: TableRequest, owner: JobOwner): Promise<TableReply | null> => {
    if (isSmall(request)) return askTable(request.table, request.query, request.locale);
    try {
      return await pool.run(request, job, owner);
    } catch (error) {
      if (error instanceof LateError || error instanceof PoolFullError) return null;
      throw error;
    }
  };
  return {
    maxRows: maxRowsOf,
    ask: async ({ table, query, locale }, owner) => {
      const beginning = beginningOf(table);
      const { question, earlier } = query;
      const short = { ...query, question: lookedAt(question), earlier: earlier.map(lookedAt) };
      const reply = await ask({ table: beginning, query: short, locale }, owner);
      if (reply === null || beginning === table) return reply;
      return { ...reply, text: `${reply.text}\n\n${ONLY[locale](beginning.rows.length)}` };
    },
  };
};

/** Says that only the beginning of a long table was read: a sum over a part is not the sum. */
const ONLY: Readonly<Record<Locale, (rows: number) => string>> = {
  en: (rows) => `The table is long: only its first ${rows} rows were looked at.`,
  ko: (rows) => `표가 길어서 앞의 ${rows}개 행만 살펴보았습니다.`,
};

class LateError extends Error {
  override readonly name = "LateError";
}

const isSmall = ({ table: { columns, rows }, query }: TableRequest): boolean => {
  if (columns.length * (rows.length + 1) > SMALL.cells) return false;
  if (lengthOf([query.question, ...query.earlier]) > SMALL.question) return false;
  return lengthOf(columns) + rows.reduce((sum, row) => sum + lengthOf(row), 0) <= SMALL.characters;
};

const lengthOf = (texts: readonly string[]): number => texts.reduce((sum, { length }) => sum + length, 0);
