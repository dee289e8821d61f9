import type { EventBody } from "../domain/event.ts";
import type { Emit, Producer } from "./contract.ts";

/**
 * Runs a generator to its end, emits what it yields, and returns what it returns. What `emit` or a producer throws is
 * thrown at its `yield`. It is always closed, so that one that was interrupted closes what it has open.
 */
export const drive = async <T>(steps: AsyncGenerator<EventBody | Producer, T, void>, emit: Emit): Promise<T> => {
  try {
    let step = await steps.next();
    while (step.done !== true) {
      const yielded = step.value;
      try {
        await (typeof yielded === "function" ? yielded(emit) : emit(yielded));
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
