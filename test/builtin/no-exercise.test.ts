import { expect, test } from "bun:test";
import { answerOf } from "../support/builtin-answer.ts";

test.each([
  "Plan a 3-day trip to Busan",
  "Meet me on 2026-11-27?",
  "2026-11-27에 만나요",
  "Call 010-1234-5678",
  "A 5-year-old asked me",
  "Is 2026.11.27 a Friday?",
])(
  "%j is no exercise: the built-in model says what it can do instead of what it did not understand of a formula",
  async (message) => {
    const answer = await answerOf(message);
    expect(answer).toMatch(/built-in model|내장된 모델/);
    expect(answer).not.toContain("**");
  },
);
