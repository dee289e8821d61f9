import { isRecord } from "../domain/json.ts";
import type { Chunk } from "./chat-chunk.ts";

/**
 * Returns the failure that a chunk reports; undefined when it reports none. Some servers send an empty `error` beside
 * every piece of an answer.
 */
export const reportIn = (chunk: Chunk): unknown => {
  if (chunk.error && hasContent(chunk.error)) return chunk.error;
  return chunk.object === "error" || chunk.type === "error" ? chunk : undefined;
};

/** Whether a value in the place of an error is more than an empty one. */
export const hasContent = (value: unknown): boolean => {
  if (isRecord(value)) return Object.values(value).some(hasContent);
  return Array.isArray(value) ? value.some(hasContent) : Boolean(value);
};

/** Whether an object that is no part of an answer may be a failure in a form of the server's own. */
export const mayReport = (chunk: object): boolean =>
  REPORTS.some((name) => name in chunk && hasContent(chunk[name as never]));

const REPORTS = ["message", "msg", "detail", "code", "error_msg", "error_code"] as const;
