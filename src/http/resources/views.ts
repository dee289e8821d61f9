import type { Static } from "@sinclair/typebox";
import { iso, usageView } from "../../domain/message-views.ts";
import type { Run } from "../../domain/run.ts";
import { type Thread, threadIdOf } from "../../domain/thread.ts";
import type { Checkpoint } from "../../store/log/contract-checkpoints.ts";
import type { CheckpointShape, RunShape, ThreadSummaryShape } from "./shapes.ts";

/** A thread as a list shows it. */
export const threadSummary = ({
  threadKey,
  title,
  lastSeq,
  createdAt,
  updatedAt,
}: Thread): Static<typeof ThreadSummaryShape> => ({
  thread_id: threadIdOf(threadKey),
  title,
  created_at: iso(createdAt),
  updated_at: iso(updatedAt),
  last_seq: lastSeq,
});

export const checkpointView = ({
  checkpointId,
  runId,
  seq,
  node,
  at,
  change,
}: Checkpoint): Static<typeof CheckpointShape> => ({
  checkpoint_id: checkpointId,
  run_id: runId,
  seq,
  node,
  at: iso(at),
  change: JSON.parse(change) as unknown,
});

/** A run as GET /api/v1/runs/{runId} shows it. */
export const runView = (run: Run): Static<typeof RunShape> => ({
  run_id: run.runId,
  thread_id: threadIdOf(run.threadKey),
  agent: run.agent,
  model: run.model,
  metadata: run.metadata,
  status: run.status,
  attempt: run.attempt,
  usage: run.usage === null ? null : usageView(run.usage),
  error: run.error,
  created_at: iso(run.createdAt),
  ended_at: run.endedAt === null ? null : iso(run.endedAt),
  superseded_by: run.supersededBy,
});
