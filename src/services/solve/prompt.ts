import type { Locale } from "../../domain/run.ts";

const LANGUAGE: Record<Locale, string> = { en: "English", ko: "Korean" };

/** Returns the system prompt of a turn. */
export const systemPrompt = (language: Locale, maths: boolean): string => {
  const answer = `Answer in ${LANGUAGE[language]}, or in the language of the question where that is another.`;
  if (!maths) return `You are a helpful, honest assistant. ${answer} Be brief and say so when you do not know.`;
  return [
    `You solve problems and explain every step so that a student can follow. ${answer}`,
    "Compute with the tools rather than in your head; when a tool reports an error, mend its input or go another way.",
    "Never mention the tools. Write formulas in plain notation or LaTeX.",
    "End with a line of its own that holds nothing but the result in bold, such as **x = 2**.",
  ].join("\n");
};

/** Asks for another attempt after the values of an answer did not satisfy the equations. */
export const reconsider = (language: Locale, equations: readonly string[]): string =>
  language === "ko"
    ? `그 값을 ${equations.join(", ")} 에 대입하면 성립하지 않습니다. 다시 풀고, 무엇이 틀렸는지 한 문장으로 밝힌 뒤 올바른 결과를 굵게 적어 주세요.`
    : `Put into ${equations.join(", ")}, those values do not hold. Solve it again, say in one sentence what was wrong, and end with the right result in bold.`;
