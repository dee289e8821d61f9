import type { ScriptedCall } from "./scripted-model.ts";
import type { SseReader } from "./sse.ts";

/**
 * Lets the model say one piece after another, each once the stream has shown the one before, so that every transcript
 * has the same frames. An error is the failure of the model; without one it finishes.
 */
export const play = async (call: ScriptedCall, says: readonly (string | Error)[], stream: SseReader): Promise<void> => {
  const before = stream.events.length;
  for (const [index, said] of says.entries()) {
    if (said instanceof Error) return call.fail(said);
    call.say({ type: "text", delta: said });
    await stream.untilEvents(before + index + 1);
  }
  call.finish();
};
