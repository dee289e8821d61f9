import { questionsIn } from "../agents/history.ts";
import { normalized } from "../domain/normalized.ts";
import type { ModelMessage } from "../models/contract.ts";
import { holdsFormula } from "../notation/spans.ts";

/** Signs that a text is about maths: a formula, LaTeX, or words that such questions use. */
const SIGNS =
  /\d\s*(?:[-+*/^×÷=<>%]|!(?!\p{L}))|[-+*/^×÷=<>]\s*\d|[a-z]\s*[=^]|[√∫∑π→]|\d\s*[CPH]\s*\d|\\[a-z]{2,}|\b(?:sin|cos|tan|cot|sec|csc|lim|log|ln|exp)(?:[_^(\d]|\s+[\d(]|\s+[a-z]\b)/iu;
const ENGLISH =
  /\b(?:solve|equations?|calculate|compute|derivatives?|differentiate|integra\w+|limit|factor\w*|expand|plot|graph|sum|product|sqrt|root|squared|cubed|percent(?:age)?|probability|average|mean|median|mode of|variance|standard deviation|gcd|lcm|hcf|gcf|common (?:divisor|factor|multiple)|determinant|matrix|inverse|distance|slope|gradient|midpoint|tangent|vertex|extrem\w+|remainder|binary|octal|hexadecimal|inequalit\w+|simplify|prime|partial fractions?|increased?|decreased?|twice|half of|\d+ (?:mod(?:ulo)?|choose) \d+|how (?:many|much)|(?:divided|multiplied) by|to the power|\d\s*(?:plus|minus|times|over|mod)\s*\d|(?:one|two|three|four|five|six|seven|eight|nine|zero|ten|\w+teen|\w+ty|hundred|thousand) (?:plus|minus|times|divided|multiplied))\b/iu;
const KOREAN =
  /방정식|부등식|공약수|공배수|나눈|나머지|행렬|중앙값|중간값|중위수|최빈값|분산|편차|거리|기울기|중점|접선|꼭짓점|극값|진법|진수|부분분수|약분|통분|미분|적분|극한|인수분해|전개|그래프|계산|더하|빼|곱하|나누|제곱|확률|평균|넓이|부피|퍼센트|몇|팩토리얼|로그(?![인아])|루트|경우의\s*수|\d\s*배(?!\p{L})|부터\s*\d+\s*까지|의\s*[합곱차](?!\p{L})|(?<!\p{L})[합곱](?:은|을|이|의|과)(?!\p{L})/u;

/**
 * Of a longer text only the beginning and the end are read, this many characters each: requests usually stand there.
 */
const MAX_READ = 10_000;

/** Full-width and other compatibility forms of the same signs match too. */
const isMaths = (message: string): boolean => {
  const text = message.length > 2 * MAX_READ ? `${message.slice(0, MAX_READ)}\n${message.slice(-MAX_READ)}` : message;
  const plain = normalized(text, "NFKC");
  return SIGNS.test(plain) || ENGLISH.test(plain) || KOREAN.test(plain) || holdsFormula(text);
};

/**
 * Guesses whether a turn needs the maths tools, from the signs and words of its question and of the user's previous
 * one.
 */
export const isAboutMaths = (message: string, history: readonly ModelMessage[]): boolean => {
  const last = questionsIn(history).at(-1);
  return isMaths(message) || (last !== undefined && isMaths(last));
};
