import type { Answer, View } from "../dialects/contract.ts";
import { isTerminal, type LogEvent } from "../domain/event.ts";
import type { ReadableRun } from "../runs/kept.ts";
import { RunReader } from "./run-reader.ts";
import { runHeaders, type StreamParts } from "./stream.ts";

/** The run's terminal event, once it has one. Throws the signal's reason when whoever waits for it is gone. */
export const endOf = async (
  run: ReadableRun,
  view: View,
  signal: AbortSignal,
  parts: StreamParts,
): Promise<LogEvent> => {
  let end: LogEvent | undefined;
  // Reads as a stream does, its patience and its own terminal events included, and keeps the last.
  const onlyEnd = {
    translate: (event: LogEvent) => {
      if (isTerminal(event.type)) end = event;
      return null;
    },
  };
  const reader = new RunReader(onlyEnd, run, view, parts);
  const leave = () => reader.leave();
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  for await (const _heartbeat of reader);
  signal.removeEventListener("abort", leave);
  if (end === undefined) throw signal.reason ?? new Error(`run ${run.runId} was read to its end, and there was none`);
  return end;
};

/** Seconds after which it makes sense to ask again for what could not be had, see the common contract. */
const RETRY_AFTER = 5;

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
