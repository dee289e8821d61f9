import type { Locale } from "../../domain/run.ts";
import { assistantPrompt } from "../prompt.ts";

/** Returns the system prompt of a turn: any question is answered, and an exercise as students need it. */
export const systemPrompt = (language: Locale): string =>
  assistantPrompt(language, [
    "Only when the message is an exercise to be worked out, such as an equation to solve or a value to compute: explain every step so that a student can follow, write formulas in plain notation or LaTeX, and end with a line of its own that holds nothing but the result in bold, such as **x = 2**.",
    "Anything else, such as a plan, an appointment or small talk, is answered briefly and in its own form.",
  ]);

/** Asks for another attempt after the values of an answer did not satisfy the equations. */
export const reconsider = (language: Locale, equations: readonly string[]): string =>
  language === "ko"
    ? `그 값을 ${equations.join(", ")} 에 대입하면 성립하지 않습니다. 다시 풀고, 무엇이 틀렸는지 한 문장으로 밝힌 뒤 올바른 결과를 굵게 적어 주세요.`
    : `Put into ${equations.join(", ")}, those values do not hold. Solve it again, say in one sentence what was wrong, and end with the right result in bold.`;
