import type { NodeDefinition } from "../../agents/public.ts";
import { languageOf } from "../../domain/language.ts";
import { equationsIn } from "./equations.ts";
import type { SolveState } from "./state.ts";

/** Analyses the question: its language and its equations. Calls no model, which would delay the first token. */
export const understand: NodeDefinition<SolveState> = {
  stage: "analysis",
  message: (locale) => (locale === "ko" ? "질문을 읽고 있습니다." : "Reading the question."),
  async *run(context, { message }) {
    const language = languageOf(message, context.locale);
    const equations = equationsIn(message);
    const change = { language, maths: equations.length > 0, equations };
    yield { type: "node_result", payload: { node: "understand", output: change } };
    return change;
  },
};
