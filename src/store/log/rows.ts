import { inArray, type SQL, sql } from "drizzle-orm";
import type { Metadata, Run } from "../../domain/run.ts";
import type { Claimed, Fence } from "./contract.ts";
import type { StoredRelease } from "./contract-takeover.ts";
import { runs } from "./schema.ts";

/** Written exactly as in the index `runs_unfinished`. */
export const unfinished = inArray(runs.status, ["queued", "running", "waiting"]);

/** The same in plain text, which a plan for any parameters can match with the partial index. */
export const isUnfinished = sql`runs.status in ('queued', 'running', 'waiting')`;

/** Whether a replica has the run, or is to have it: not one that waits. Written exactly as in the index `runs_by_owner`. */
export const isOwned = sql`runs.status in ('queued', 'running')`;

/** The owner of a run that was released. */
export const NOBODY = "";

/** What an update of runs sets for a run that waited and goes on: any replica may take it. */
export const released = (reason: StoredRelease): SQL =>
  sql`status = 'running', owner = ${NOBODY}::text, released = ${reason}::text, wait_until = null`;

/** Not of a thread that is deleted, or not shown yet, whose rows are there nevertheless. */
export const isOfThread = sql`(
  select threads.is_deleted from threads where threads.thread_key = ${runs.threadKey}) is not true`;

/** The columns of a run as readers know it. Not its input, which may hold megabytes. */
export const runColumns = {
  runId: runs.runId,
  threadKey: runs.threadKey,
  agent: runs.agent,
  model: sql<string | null>`${runs.input} ->> 'model'`,
  metadata: sql<string | null>`(${runs.input} -> 'metadata')::text`,
  status: runs.status,
  attempt: runs.attempt,
  startSeq: runs.startSeq,
  traceId: runs.traceId,
  inputTokens: runs.inputTokens,
  outputTokens: runs.outputTokens,
  errorCode: runs.errorCode,
  errorMessage: runs.errorMessage,
  createdAt: runs.createdAt,
  endedAt: runs.endedAt,
  supersededBy: runs.supersededBy,
};

type Row = Pick<typeof runs.$inferSelect, Exclude<keyof typeof runColumns, "model" | "metadata">> & {
  readonly model: string | null;
  readonly metadata: string | null;
};

export const runOf = (row: Row) =>
  ({
    runId: row.runId,
    threadKey: row.threadKey,
    agent: row.agent,
    model: row.model,
    metadata: JSON.parse(row.metadata ?? "{}") as Metadata,
    status: row.status,
    attempt: row.attempt,
    startSeq: row.startSeq,
    traceId: row.traceId,
    usage: row.inputTokens === null ? null : { inputTokens: row.inputTokens, outputTokens: row.outputTokens ?? 0 },
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? "" },
    createdAt: row.createdAt,
    endedAt: row.endedAt,
    supersededBy: row.supersededBy,
  }) satisfies Run;

/** The position of a started run. */
export interface ThreadPosition extends Pick<Claimed, "lastSeq" | "lastAt"> {
  readonly epoch: number;
}

export const claimed = (
  { threadKey, runId }: Pick<Fence, "threadKey" | "runId">,
  { epoch, lastSeq, lastAt }: ThreadPosition,
): Claimed => ({ state: "running", fence: { threadKey, runId, epoch }, lastSeq, lastAt });
