import type { AgentContext } from "../../agents/contract.ts";
import { converse } from "../../agents/converse.ts";
import type { Writing } from "../../models/writing.ts";
import { writingRequest } from "../../models/writing.ts";

/** A title, an excerpt, tags: longer is none of these, and is not read to its end. In UTF-16 units. */
const MAX_WRITTEN = 4_000;

/** What the model writes, once it has written all of it; nobody hears it write. What it costs is counted all the same. */
export const written = async (writing: Writing, context: AgentContext): Promise<string> => {
  const steps = converse({ ...writingRequest(writing), tools: [] }, context);
  let step = await steps.next();
  while (step.done !== true) {
    const said = step.value;
    try {
      if (typeof said === "function") await said(() => undefined);
    } catch (thrown) {
      step = await steps.throw(thrown);
      continue;
    }
    step = await steps.next();
  }
  return step.value.text.slice(0, MAX_WRITTEN).toWellFormed();
};
