import { sql } from "drizzle-orm";
import { hasEnded, type Run } from "../../domain/run.ts";
import type { Session } from "../database.ts";
import { getRun } from "./get-run.ts";

/** See `RunStore.join`. Others may mark the run, or undo it, while this waits for its row: it is read again. */
export const joinRun = async (session: Session, userId: string, runId: string): Promise<Run | null> => {
  const run = await getRun(session, userId, runId);
  if (run === null || hasEnded(run.status) || run.attempt > 1) return run;
  await session.rows(sql`
    update runs set joined = true where thread_key = ${run.threadKey} and run_id = ${runId} and not joined`);
  return getRun(session, userId, runId);
};
