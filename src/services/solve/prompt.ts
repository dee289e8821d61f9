import type { Locale } from "../../domain/run.ts";
import { assistantPrompts } from "../prompt.ts";

/** Lets only exercises be answered as students need it; any other question is answered as it comes. */
export const EXERCISE_RULE =
  "Only when the message is an exercise, such as an equation to solve or a value to compute, explain every step so that a student can follow, write formulas in plain notation or LaTeX, and end with the result on a line of its own, in bold and with nothing else, such as **x = 2**.";

/** The system prompts of a turn. */
export const SYSTEM_PROMPTS = assistantPrompts([
  EXERCISE_RULE,
  "Answer anything else, such as a plan, an appointment or small talk, briefly, and in a form that suits the question.",
]);

/** Asks for another attempt after the values of an answer did not satisfy the equations. */
export const reconsider = (language: Locale, equations: readonly string[]): string =>
  language === "ko"
    ? `그 값을 ${equations.join(", ")} 에 대입하면 성립하지 않습니다. 다시 풀고, 무엇이 틀렸는지 한 문장으로 밝힌 뒤 올바른 결과를 굵게 적어 주세요.`
    : `Those values do not satisfy ${equations.join(", ")}. Solve it again, say in one sentence what was wrong, and end with the correct result in bold.`;
