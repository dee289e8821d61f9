import type { Model } from "../../src/models/contract.ts";
import { type NativeEvent, nativeEvents } from "./native-events.ts";
import type { ScriptedCall, ScriptedModel } from "./scripted-model.ts";
import type { TestService } from "./service.ts";
import { readSse, type SseReader } from "./sse.ts";

/** A run in progress, and its stream. */
export interface StartedRun {
  readonly response: Response;
  readonly runId: string;
  readonly threadId: string;
  readonly stream: SseReader;
}

const startedRun = (response: Response): StartedRun => {
  if (response.status !== 200) throw new Error(`refused with ${response.status}`);
  return {
    response,
    runId: response.headers.get("x-run-id") ?? "",
    threadId: decodeURIComponent(response.headers.get("x-thread-id") ?? ""),
    stream: readSse(response),
  };
};

/** Sends a question to the native endpoint; resolves once the stream's headers have arrived. */
export const solve = async (
  service: TestService<Model>,
  userId: string,
  threadId: string | null = null,
  problem = "hello there",
): Promise<StartedRun> =>
  startedRun(await service.post("/api/v1/solve", { problem, user_id: userId, thread_id: threadId }));

/** Sends a question, answers it with `answer`, and reads the stream to its end. */
export const solved = async (
  service: TestService<ScriptedModel>,
  userId: string,
  threadId: string | null,
  answer: string | ((call: ScriptedCall, run: StartedRun) => void | Promise<void>) = "Good day.",
  problem?: string,
): Promise<StartedRun & { readonly events: readonly NativeEvent[] }> => {
  const run = await solve(service, userId, threadId, problem);
  const call = await service.model.nextCall();
  if (typeof answer === "string") call.finish(answer);
  else await answer(call, run);
  return { ...run, events: nativeEvents(await run.stream.toEnd()) };
};
