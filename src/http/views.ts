import type { Static } from "@sinclair/typebox";
import type { Message } from "../domain/message.ts";
import type { Run, Usage } from "../domain/run.ts";
import { type Thread, threadIdOf } from "../domain/thread.ts";
import type { Checkpoint } from "../store/contract.ts";
import type { CheckpointShape, MessageShape, RunShape, ThreadShape, ThreadSummaryShape } from "./shapes.ts";

const iso = (at: number): string => new Date(at).toISOString();

export const messageView = ({ id, role, content, seq, createdAt }: Message): Static<typeof MessageShape> => ({
  id,
  role,
  content,
  seq,
  created_at: iso(createdAt),
});

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

/** A thread as GET /api/v1/threads/{threadId} shows it. */
export const threadView = (
  threadId: string,
  messages: readonly Message[],
  active: Run | null,
): Static<typeof ThreadShape> => ({
  thread_id: threadId,
  messages: messages.map(messageView),
  active_run: active === null ? null : { run_id: active.runId, status: active.status },
});

const usageView = (usage: Usage) => ({ input_tokens: usage.inputTokens, output_tokens: usage.outputTokens });

/** A run as GET /api/v1/runs/{runId} shows it. */
export const runView = (run: Run): Static<typeof RunShape> => ({
  run_id: run.runId,
  thread_id: threadIdOf(run.threadKey),
  status: run.status,
  attempt: run.attempt,
  usage: run.usage === null ? null : usageView(run.usage),
  error: run.error,
  created_at: iso(run.createdAt),
  ended_at: run.endedAt === null ? null : iso(run.endedAt),
});
