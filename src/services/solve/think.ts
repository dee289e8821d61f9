import type { NodeDefinition } from "../../agents/public.ts";
import { SYSTEM_PROMPTS } from "./prompt.ts";
import type { SolveState } from "./state.ts";

/** Answers with the model and its tools. Text is emitted as it arrives. */
export const think: NodeDefinition<SolveState> = {
  stage: "solving",
  message: (locale) => (locale === "ko" ? "풀고 있습니다." : "Working it out."),
  async *run(context, { language }) {
    const { text } = yield* context.converse({ system: SYSTEM_PROMPTS[language] });
    return { answer: text };
  },
  next: ({ equations }) => (equations.length > 0 ? "check" : null),
};
