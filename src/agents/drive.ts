import { splitDelta } from "../models/split-delta.ts";
import type { Emit, Yielded } from "./contract.ts";

/**
 * Runs a generator to its end, emits what it yields, and returns what it returns. What `emit` or a producer throws is
 * thrown at its `yield`. It is always closed, so that one that was interrupted closes what it has open.
 */
export const drive = async <T>(steps: AsyncGenerator<Yielded, T, void>, emit: Emit): Promise<T> => {
  try {
    let step = await steps.next();
    while (step.done !== true) {
      try {
        await emitYielded(step.value, emit);
      } catch (thrown) {
        step = await steps.throw(thrown);
        continue;
      }
      step = await steps.next();
    }
    return step.value;
  } finally {
    await steps.return(undefined as T);
  }
};

/** Emits what a node has yielded. Rejects with what `emit`, the producer or the yielded generator throws. */
export const emitYielded = (yielded: Yielded, emit: Emit): Promise<unknown> | undefined => {
  if (typeof yielded === "function") return yielded(emit);
  if (typeof yielded === "string") return emitText(yielded, emit);
  return Symbol.asyncIterator in yielded ? drive(yielded, emit) : emit(yielded);
};

const emitText = async (text: string, emit: Emit): Promise<void> => {
  for (const delta of splitDelta(text)) await emit({ type: "token", payload: { delta } });
};
