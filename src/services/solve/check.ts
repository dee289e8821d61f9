import type { AgentNode } from "../../agents/contract.ts";
import { converse } from "../../agents/converse.ts";
import type { ModelMessage } from "../../models/contract.ts";
import { assignmentsIn } from "./assignments.ts";
import type { SolveParts, VerifySolution } from "./parts.ts";
import { reconsider } from "./prompt.ts";
import type { SolveState } from "./state.ts";
import { conversationOf } from "./think.ts";

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
export const check = ({ tools, verify }: SolveParts): AgentNode<SolveState> => ({
  name: "check",
  stage: "verification",
  message: (locale) => (locale === "ko" ? "답을 대입해 확인하고 있습니다." : "Putting the result back in."),
  async *run(context, state) {
    let { answer } = state;
    let verified = holds(verify, state.equations, answer);
    if (verified === false) {
      const conversation = await conversationOf(state, tools, context);
      const messages: readonly ModelMessage[] = [
        ...conversation.messages,
        { role: "assistant", content: answer, toolCalls: [] },
        { role: "user", content: reconsider(state.language, state.equations), images: [] },
      ];
      const { text } = yield* converse({ ...conversation, messages }, context, true);
      answer += text;
      verified = holds(verify, state.equations, answer);
    }
    yield { type: "node_result", payload: { node: "check", output: { verified } } };
    return { answer, verified };
  },
  next: () => null,
});
