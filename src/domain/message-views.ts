import type { Static } from "@sinclair/typebox";
import type { Answer, AnswerDetail, AnswerPart } from "./answer.ts";
import type { StoredMessage } from "./message.ts";
import type { ActiveMessageShape, MessageShape } from "./message-shapes.ts";
import type { Run, Usage } from "./run.ts";

/** Formats a time as the API shows it: ISO 8601 in UTC, with milliseconds. */
export const iso = (at: number): string => new Date(at).toISOString();

export const usageView = (usage: Usage) => ({ input_tokens: usage.inputTokens, output_tokens: usage.outputTokens });

type MessageView = Static<typeof MessageShape>;

/**
 * Returns a message as a thread shows it, an answer with all its parts. `detail` is stored with the answer or read from
 * its events.
 */
export const messageView = (message: StoredMessage, detail: AnswerDetail | null): MessageView => {
  const { id, role, content, seq, createdAt, runId, status, usage, supersededBy } = message;
  const superseded = supersededBy === null ? {} : { superseded_by: supersededBy };
  const base = { id, role, content, seq, created_at: iso(createdAt), ...superseded };
  if (role === "user") return base;
  return {
    ...base,
    run_id: runId,
    status,
    ...(detail !== null && besidesText(detail)),
    ...(usage !== null && { usage: usageView(usage) }),
  };
};

/** Returns what the run under way has answered up to the event `seq`. */
export const activeMessageView = (
  { runId, status }: Run,
  { content, detail, usage }: Answer,
  seq: number,
): Static<typeof ActiveMessageShape> => ({
  run_id: runId,
  role: "assistant",
  content,
  seq,
  status,
  ...besidesText(detail),
  ...(usage !== null && { usage: { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens } }),
});

type Part<T extends AnswerPart["type"]> = Extract<AnswerPart, { type: T }>;

/** Returns only the parts that exist. */
const besidesText = ({ parts, table_data, chart_data }: AnswerDetail) => {
  const of = <T extends AnswerPart["type"]>(type: T) => parts.filter((part): part is Part<T> => part.type === type);
  const reasoning = of("reasoning");
  const calls = of("tool_call");
  const images = of("image");
  const sources = of("sources");
  return {
    ...(reasoning.length > 0 && { reasoning: reasoning.map(({ text }) => text).join("") }),
    ...(calls.length > 0 && { tool_calls: calls.map(({ type: _, round: __, ...call }) => call) }),
    ...(images.length > 0 && { images: images.map(({ type: _, ...image }) => image) }),
    ...(sources.length > 0 && { sources: sources.flatMap(({ items }) => items) }),
    ...(table_data !== undefined && { table_data }),
    ...(chart_data !== undefined && { chart_data }),
  };
};
