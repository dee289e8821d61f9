import type { View } from "../../dialects/contract.ts";
import type { Locale, RunInput } from "../../domain/run.ts";
import { threadIdOf } from "../../domain/thread.ts";
import type { ReadableRun } from "../../runs/contract.ts";

/** Returns what the frames of a run's stream may show besides its events. */
export const viewOf = (
  { threadKey, runId, traceId }: ReadableRun,
  { options }: Pick<RunInput, "options">,
  locale: Locale,
): View => {
  const threadId = threadIdOf(threadKey);
  return { threadId, threadJson: JSON.stringify(threadId), runId, traceId, locale, options };
};
