import type { Locale } from "../../domain/run.ts";
import type { Unread } from "./questions/misunderstood.ts";

const EXAMPLES: Readonly<Record<Locale, string>> = {
  ko: "한 번에 한 가지를, 예를 들면 `2x + 3 = 7 을 풀어줘`, `12와 18의 최대공약수`, `x^2을 0부터 1까지 적분해줘`처럼 물어보시면 풀 수 있습니다. 자유로운 문장으로 물으시려면 서버를 시작할 때 `MODEL` 환경 변수로 언어 모델을 정해 주세요.",
  en: "Ask for one thing at a time, such as `Solve 2x + 3 = 7`, `gcd of 12 and 18`, `integrate x^2 from 0 to 1`. For questions in free words, choose a language model with the environment variable `MODEL`.",
};

/**
 * Explains in one or two sentences why nothing is solved, and names the part. Nothing in it is bold, since bold is for
 * results.
 */
const REASONS: Readonly<Record<Unread["why"], Readonly<Record<Locale, (unread: Unread) => string>>>> = {
  part: {
    ko: ({ part }) =>
      `질문에서 \`${part}\` 부분을 이해하지 못했습니다. 일부만 읽고 풀면 틀린 답이 될 수 있어서 풀지 않았습니다.`,
    en: ({ part }) =>
      `I did not understand this part of the question: \`${part}\`. Solving only the rest could give a wrong answer, so I have solved nothing.`,
  },
  ambiguous: {
    ko: ({ part, readings = [] }) =>
      `\`${part}\` 부분은 ${readings.map((reading) => `\`${reading}\``).join(" 또는 ")}(으)로 읽을 수 있습니다. 괄호를 써서 어느 쪽인지 알려 주세요. 짐작으로 풀지는 않았습니다.`,
    en: ({ part, readings = [] }) =>
      `The part \`${part}\` can mean ${readings.map((reading) => `\`${reading}\``).join(" or ")}. Please write it with parentheses; I have not guessed.`,
  },
  whole: {
    ko: ({ part }) =>
      `\`${part}\`의 낱말과 식은 알아보았지만 그것들이 함께 무엇을 묻는지 이해하지 못했습니다. 짐작으로 풀지는 않았습니다.`,
    en: ({ part }) =>
      `I know the words and formulas of \`${part}\`, but not what they ask together. I have not guessed, and solved nothing.`,
  },
  long: {
    ko: () => "질문이 너무 깁니다(4,000자까지). 풀 식과 구할 것만 적어 주세요. 앞부분만 읽고 풀지는 않았습니다.",
    en: () =>
      "The question is too long (up to 4,000 characters). Please write only the formula and what to find; I have not solved a part of it.",
  },
};

/** Returns the reply to a question of which a part was not understood. */
export const refuse = (unread: Unread, locale: Locale): string =>
  `${REASONS[unread.why][locale](unread)}\n\n${EXAMPLES[locale]}`;
