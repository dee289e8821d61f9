import type { Locale } from "../../domain/run.ts";

/**
 * The reply to a request that the built-in model cannot answer: what it is, what it can do, and how to configure more.
 */
export const ABOUT: Readonly<Record<Locale, string>> = {
  ko: `안녕하세요! 저는 여울(Yeoul)에 내장된 모델입니다. 언어 모델이 아니라 정해진 규칙으로 수식을 알아보고 도구로 계산하기 때문에, 이 말에는 답해 드릴 수 없습니다. 사칙연산, 방정식과 연립방정식, 부등식, 미분, 적분, 극한, 급수, 인수분해와 전개, 최대공약수와 최소공배수, 통계, 행렬, 경우의 수, 진법, 그래프는 할 수 있습니다. 예를 들면 이렇게 물어보세요.

- \`2x + 3 = 7 을 풀어줘\`
- \`x^3 sin x 를 미분해줘\`
- \`x^2을 0부터 1까지 적분해줘\`

무엇이든 대화하려면 서버를 시작할 때 환경 변수로 모델을 정해 주세요. \`MODEL=openai:모델이름\`과 \`OPENAI_API_KEY\`, \`MODEL=anthropic:모델이름\`과 \`ANTHROPIC_API_KEY\`, \`MODEL=google:모델이름\`과 \`GOOGLE_GENERATIVE_AI_API_KEY\`, 또는 OpenAI와 호환되는 서버라면 \`MODEL=compatible:모델이름\`과 \`MODEL_BASE_URL\`입니다.`,
  en: `Hello! I am Yeoul's built-in model. I am no language model: I recognise mathematics by fixed rules and let tools do the work, so I cannot answer this. What I can do is arithmetic, equations and systems of equations, inequalities, derivatives, integrals, limits, sums, factoring and expanding, divisors and multiples, statistics of lists, matrices, combinations, number bases, and plots. For example:

- \`Solve 2x + 3 = 7\`
- \`derivative of x^3 sin x\`
- \`integrate x^2 from 0 to 1\`

To talk about anything, choose a model in the server's environment: \`MODEL=openai:name-of-model\` with \`OPENAI_API_KEY\`, \`MODEL=anthropic:name-of-model\` with \`ANTHROPIC_API_KEY\`, \`MODEL=google:name-of-model\` with \`GOOGLE_GENERATIVE_AI_API_KEY\`, or, for any server that speaks OpenAI's protocol, \`MODEL=compatible:name-of-model\` with \`MODEL_BASE_URL\`.`,
};

/** The notice when pictures came with the question. */
export const BLIND: Readonly<Record<Locale, string>> = {
  ko: "내장 모델은 그림을 볼 수 없습니다. 함께 보내 주신 그림은 보지 못하고 글로 적힌 내용에만 답합니다.",
  en: "The built-in model cannot see pictures. It has not looked at what came with the question, and answers the words alone.",
};

/** The reply when the question was understood, but the tool it needs is not offered. */
export const NEEDS_TOOL: Readonly<Record<Locale, (tool: string) => string>> = {
  ko: (tool) =>
    `무엇을 물으셨는지는 알겠지만, 내장 모델은 직접 계산하지 않고 도구 \`${tool}\`에 맡깁니다. 여기서는 그 도구를 쓸 수 없어서 답을 드릴 수 없습니다. 풀이(solve) 에이전트에게 물어보거나 \`MODEL\` 환경 변수로 다른 모델을 정해 주세요.`,
  en: (tool) =>
    `I understand the question, but the built-in model does not calculate by itself: it needs the tool \`${tool}\`, which is not offered here. Please ask the solve agent, or choose another model with the environment variable \`MODEL\`.`,
};

/** Introduces a second attempt at a question whose first answer was doubted. */
export const AGAIN: Readonly<Record<Locale, string>> = {
  ko: "앞의 답이 맞지 않는다고 하셔서 원래 문제를 처음부터 다시 풀고 검산했습니다.",
  en: "The answer before was doubted, so I have solved the original question anew and checked it again.",
};
