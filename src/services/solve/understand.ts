import type { AgentNode } from "../../agents/contract.ts";
import { languageOf } from "../../domain/language.ts";
import { isAboutMaths } from "../maths.ts";
import { equationsIn } from "./equations.ts";
import type { SolveState } from "./state.ts";

/**
 * Analyses the question: its language, its equations, and whether it needs tools. Calls no model, which would delay the
 * first token.
 */
export const understand: AgentNode<SolveState> = {
  name: "understand",
  stage: "analysis",
  message: (locale) => (locale === "ko" ? "질문을 읽고 있습니다." : "Reading the question."),
  async *run(context, { message }) {
    const language = languageOf(message, context.locale);
    const maths = isAboutMaths(message, await context.history());
    const equations = equationsIn(message);
    yield { type: "node_result", payload: { node: "understand", output: { language, maths, equations } } };
    return { language, maths, equations };
  },
  next: () => "solve",
};
