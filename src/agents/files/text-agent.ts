import type { RunDefinition } from "../definition.ts";
import type { FrontMatter } from "./front-matter.ts";
import { instructionsFor } from "./instructions.ts";

/** An agent that is a model with these instructions, and tools that it is offered on every turn. */
export const textAgent = (fields: FrontMatter, instructions: string): RunDefinition => {
  const { tools, approve, model, collections, timeout, history_tokens, max_rounds } = fields;
  return {
    description: descriptionOf(fields, instructions),
    settings: settingsOf(fields),
    ...(tools !== undefined && { tools }),
    ...(approve !== undefined && { approve }),
    ...(model !== undefined && { model }),
    ...(collections !== undefined && { collections }),
    ...(timeout !== undefined && { timeout }),
    ...(history_tokens !== undefined && { historyTokens: history_tokens }),
    async *run(context) {
      yield* context.converse({
        system: instructionsFor(instructions, context),
        ...(max_rounds !== undefined && { maxRounds: max_rounds }),
      });
    },
  };
};

const settingsOf = ({ temperature, max_output_tokens, reasoning }: FrontMatter) => ({
  ...(temperature !== undefined && { temperature }),
  ...(max_output_tokens !== undefined && { maxOutputTokens: max_output_tokens }),
  ...(reasoning !== undefined && { reasoning }),
});

/** The most of an instruction that describes its agent, in code points. */
const MAX_DESCRIPTION = 200;

/** The first line of the instructions, unless the file says something else. */
const descriptionOf = ({ description }: FrontMatter, instructions: string): string => {
  if (description !== undefined) return description.toWellFormed();
  const [line = ""] = instructions.split("\n", 1);
  const plain = [...line.replace(/^#+\s+/, "").trim()];
  return plain.length <= MAX_DESCRIPTION ? plain.join("") : `${plain.slice(0, MAX_DESCRIPTION - 1).join("")}…`;
};
