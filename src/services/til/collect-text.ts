import type { AgentContext } from "../../agents/contract.ts";
import { converse } from "../../agents/converse.ts";
import type { Writing } from "../../models/writing.ts";
import { writingRequest } from "../../models/writing.ts";

/** The most that is used of a title, an excerpt or tags, in UTF-16 units. None of them is longer. */
const MAX_TEXT = 4_000;

/** Returns the model's whole text and emits nothing. Its usage is counted nevertheless. */
export const collectText = async (writing: Writing, context: AgentContext): Promise<string> => {
  const steps = converse({ ...writingRequest(writing), tools: [] }, context);
  let step = await steps.next();
  while (step.done !== true) {
    const yielded = step.value;
    try {
      if (typeof yielded === "function") await yielded(() => undefined);
    } catch (thrown) {
      step = await steps.throw(thrown);
      continue;
    }
    step = await steps.next();
  }
  return step.value.text.slice(0, MAX_TEXT).toWellFormed();
};
