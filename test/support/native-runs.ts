import type { ScriptedModel } from "./scripted-model.ts";
import type { TestService } from "./service.ts";
import { readSse, type SseReader } from "./sse.ts";

export interface NativeRun {
  readonly runId: string;
  readonly stream: SseReader;
}

/** Asks for a run of the native wire that must begin. Resolves once its headers have arrived. */
export const nativeRun = async (
  service: TestService<ScriptedModel>,
  message: string,
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<NativeRun> => {
  const response = await service.post("/api/v1/runs", { input: { message }, ...body }, { headers });
  if (response.status !== 200) throw new Error(`refused with ${response.status}: ${await response.text()}`);
  return { runId: response.headers.get("x-run-id") ?? "", stream: readSse(response) };
};

/** Asks, has the model say the answer, and reads to the end. */
export const answeredRun = async (
  service: TestService<ScriptedModel>,
  message: string,
  answer: string,
  body: Readonly<Record<string, unknown>>,
): Promise<NativeRun> => {
  const run = await nativeRun(service, message, body);
  (await service.model.nextCall()).finish(answer);
  await run.stream.toEnd();
  return run;
};
