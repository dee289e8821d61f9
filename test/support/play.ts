import type { ScriptedCall } from "./scripted-model.ts";
import type { SseReader } from "./sse.ts";

/**
 * Lets the model say one piece after another, each once the stream has shown the one before, so that every transcript
 * has the same frames. An error is the failure of the model; without one it finishes.
 */
export const play = async (
  call: ScriptedCall,
  deltas: readonly (string | Error)[],
  stream: SseReader,
): Promise<void> => {
  const before = stream.events.length;
  for (const [index, delta] of deltas.entries()) {
    if (delta instanceof Error) return call.fail(delta);
    call.emit({ type: "text", delta: delta });
    await stream.untilEvents(before + index + 1);
  }
  call.finish();
};
