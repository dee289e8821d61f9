import { and, desc, eq, sql } from "drizzle-orm";
import type { Run } from "../../domain/run.ts";
import type { Session } from "../database.ts";
import { isOfThread, runColumns, runOf } from "./rows.ts";
import { runs } from "./schema.ts";

export const getRun = async ({ db }: Session, userId: string, runId: string): Promise<Run | null> => {
  const [row] = await db.select(runColumns).from(runs).where(isRun(userId, runId)).orderBy(executedFirst).limit(1);
  return row === undefined ? null : runOf(row);
};

/** By the index on ids: the user's name is not written as in the index `runs_of_user`, which has all of the user's runs. */
export const isRun = (userId: string, runId: string) =>
  and(eq(runs.runId, runId), eq(sql`split_part(${runs.threadKey}, ':', 1) || ''`, userId), isOfThread);

/** Prefers the thread where the run was executed, should forks of that thread have it too. */
export const executedFirst = desc(runs.attempt);
