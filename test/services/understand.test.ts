import { describe, expect, test } from "bun:test";
import { solveAgent } from "../../src/services/solve/index.ts";
import { understand } from "../../src/services/solve/understand.ts";
import { agentContext, modelAnswering } from "../support/agent-context.ts";
import { cpuMs } from "../support/cpu.ts";
import { finish } from "../support/tool-context.ts";

const read = async (message: string, before?: string) => {
  const history = before === undefined ? [] : [{ role: "user" as const, content: before, images: [] }];
  const context = agentContext(modelAnswering([]), { history });
  const state = solveAgent({ tools: [], verify: () => null }).begin({
    message,
    images: [],
    streamTokens: true,
    locale: "en",
    options: {},
  });
  return (
    await finish(
      understand.run(
        {
          ...context,
          agent: "solve",
          node: "understand",
          emit: () => undefined,
          needsParagraph: () => false,
          storeStep: () => {},
        },
        state,
      ),
    )
  ).value;
};

describe("a question is about maths", () => {
  const questions = [
    "2x + 3 = 7 을 풀어줘.",
    "２x＋３＝７",
    "lim_{x→0} sin(x)/x",
    "log 100",
    "log_2 8",
    "5! 은?",
    "1부터 100까지의 합은?",
    "What is 12 divided by 4?",
    "What is 2 to the power of 10?",
    "3 plus 4",
    "Is 91 = 7 × 13?",
    "\\int x dx",
    "sin 30",
    "tan(x)",
    "x² 의 도함수를 구해 미분해줘",
    "How many primes are below 100?",
    "Solve it",
    "두 수의 곱은?",
    "√2",
  ];
  for (const question of questions) {
    test(question, async () => {
      expect(await read(question)).toMatchObject({ maths: true });
    });
  }
});

describe("a message is not about maths", () => {
  const messages = [
    "hello",
    "안녕하세요, 무엇을 도와주실 수 있나요?",
    "감사합니다. 설명이 합리적이네요.",
    "Who wrote Hamlet?",
    "Is it a sin to eat meat?",
    "Log in to my account, please",
    "로그인이 안 돼요",
    "I like tanks.",
    "합격을 축하합니다!",
    "Wow!",
    "",
  ];
  for (const message of messages) {
    test(message, async () => {
      expect(await read(message)).toMatchObject({ maths: false, equations: [] });
    });
  }
});

test("a follow-up to a question about maths is about maths too", async () => {
  expect(await read("왜 그런가요?", "2x + 3 = 7")).toMatchObject({ maths: true, language: "ko" });
  expect(await read("왜 그런가요?", "안녕")).toMatchObject({ maths: false });
});

test("a question of a megabyte is read quickly", async () => {
  for (const piece of ["1 ", "a ", "합", "log ", "부터 1", " ", `1${" ".repeat(9_999)}`]) {
    expect(await cpuMs(() => read(piece.repeat(1_000_000 / piece.length)))).toBeLessThan(500);
  }
});
