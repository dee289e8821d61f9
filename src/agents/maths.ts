import type { Message } from "../domain/message.ts";

/** Signs that a text is about maths: a formula, LaTeX, or the words such questions are put in. */
const SIGNS =
  /\d\s*(?:[-+*/^×÷=<>%]|!(?!\p{L}))|[-+*/^×÷=<>]\s*\d|[a-z]\s*[=^]|[√∫∑π→]|\\[a-z]{2,}|\b(?:sin|cos|tan|cot|sec|csc|lim|log|ln|exp)(?:[_^(\d]|\s+[\d(]|\s+[a-z]\b)/iu;
const ENGLISH =
  /\b(?:solve|equations?|calculate|compute|derivatives?|differentiate|integra\w+|limit|factor\w*|expand|plot|graph|sum|product|sqrt|root|squared|cubed|percent|probability|average|how (?:many|much)|(?:divided|multiplied) by|to the power|\d\s*(?:plus|minus|times|over|mod)\s*\d)\b/iu;
const KOREAN =
  /방정식|부등식|미분|적분|극한|인수분해|전개|그래프|계산|더하|빼|곱하|나누|제곱|확률|평균|넓이|부피|퍼센트|몇|팩토리얼|로그(?![인아])|루트|부터\s*\d+\s*까지|(?<!\p{L})[합곱](?:은|을|이|의|과)(?!\p{L})/u;

/** Full-width and other forms of the same signs count as those. */
const isMaths = (text: string): boolean => {
  const usual = text.normalize("NFKC");
  return SIGNS.test(usual) || ENGLISH.test(usual) || KOREAN.test(usual);
};

/** Whether a turn wants the maths tools: a guess, by the signs and words of its question and of the user's one before it. */
export const isAboutMaths = (message: string, history: readonly Message[]): boolean => {
  const last = history.findLast(({ role }) => role === "user");
  return isMaths(message) || (last !== undefined && isMaths(last.content));
};
