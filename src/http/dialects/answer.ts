import type { Answer, View } from "../../dialects/contract.ts";
import { RequestError } from "../../domain/error.ts";
import { isTerminal, type LogEvent } from "../../domain/event.ts";
import type { ReadableRun } from "../../runs/contract.ts";
import type { StreamParts } from "../../streams/contract.ts";
import { RunReader } from "../../streams/run-reader.ts";
import { runHeaders } from "../response/stream-headers.ts";

/** Seconds after which a retry makes sense while the store or the model is unavailable, see the common contract. */
const RETRY_AFTER = 5;

/**
 * Waits for the run's terminal event. Throws the signal's reason when the client has left, and `store_unavailable` when
 * the run goes on and cannot be waited for.
 */
export const endOf = async (
  run: ReadableRun,
  view: View,
  signal: AbortSignal,
  parts: StreamParts,
): Promise<LogEvent> => {
  let end: LogEvent | undefined;
  // Reads as a stream does, including its timeout and its own terminal events, and stores the last event.
  const onlyEnd = {
    translate: (event: LogEvent) => {
      if (isTerminal(event.type)) end = event;
      return null;
    },
  };
  const reader = new RunReader(onlyEnd, run, false, view, parts);
  const leave = () => reader.leave();
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  for await (const _heartbeat of reader);
  signal.removeEventListener("abort", leave);
  if (end !== undefined) return end;
  if (signal.aborted) throw signal.reason;
  throw new RequestError(
    "store_unavailable",
    `The service can no longer wait for the answer, but the run continues. Check run ${run.runId} before you ask again.`,
    { retryAfter: RETRY_AFTER },
  );
};

/** The answer as JSON, with the headers that a stream of the same run would have. */
export const answerOf = ({ status, body }: Answer, view: View): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      ...(status === 429 || status === 503 ? { "retry-after": `${RETRY_AFTER}` } : {}),
      ...runHeaders(view),
    },
  });
