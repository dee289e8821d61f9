import { agentOf } from "./harness.ts";
import { token } from "./journal.ts";

/** An agent that emits a word at once, and another at each `goOn`; it ends when it is stopped. */
export const steppedAgent = () => {
  let wake = Promise.withResolvers<void>();
  const agent = agentOf(async function* ({ signal }) {
    signal.addEventListener("abort", () => wake.resolve());
    for (;;) {
      yield token("word ");
      await wake.promise;
      signal.throwIfAborted();
      wake = Promise.withResolvers();
    }
  });
  return { agent, emitNext: () => wake.resolve() };
};

export const until = async (look: () => Promise<boolean>): Promise<void> => {
  while (!(await look())) await new Promise(setImmediate);
};
