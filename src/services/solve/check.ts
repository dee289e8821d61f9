import type { ModelMessage, NodeDefinition } from "../../agents/public.ts";
import { assignmentsIn } from "./assignments.ts";
import { reconsider, SYSTEM_PROMPTS } from "./prompt.ts";
import type { SolveState, VerifySolution } from "./state.ts";

/**
 * Returns whether every value that the answer gives solves the equations. Null when it gives none, or when that cannot
 * be decided.
 */
const holds = (verify: VerifySolution, equations: readonly string[], answer: string): boolean | null => {
  const verdicts = assignmentsIn(answer).map((values) => verify(equations, values));
  if (verdicts.includes(false)) return false;
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === true) ? true : null;
};

/**
 * Substitutes the answer's values into the question's equations. Only if that fails, the model is asked once more, and
 * the client sees it.
 */
export const check = (verify: VerifySolution): NodeDefinition<SolveState> => ({
  stage: "verification",
  message: (locale) => (locale === "ko" ? "답을 대입해 확인하고 있습니다." : "Putting the result back in."),
  async *run(context, { message, language, equations, answer: first }) {
    let answer = first;
    let verified = holds(verify, equations, answer);
    if (verified === false) {
      const messages: readonly ModelMessage[] = [
        ...(await context.history()),
        { role: "user", content: message, images: context.input.images },
        { role: "assistant", content: answer, toolCalls: [] },
        { role: "user", content: reconsider(language, equations), images: [] },
      ];
      const { text } = yield* context.converse({ system: SYSTEM_PROMPTS[language], messages });
      answer += text;
      verified = holds(verify, equations, answer);
    }
    yield { type: "node_result", payload: { node: "check", output: { verified } } };
    return { answer, verified };
  },
});
