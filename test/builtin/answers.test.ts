import { describe, expect, test } from "bun:test";
import { answerOf } from "../support/builtin-answer.ts";
import { ANSWERED, REFUSED } from "../support/maths-questions.ts";

describe("a question is answered with the result in bold", () => {
  test.each(ANSWERED.map(([question, line]) => [question, line]))("%p: %s", async (question, line) => {
    expect((await answerOf(question)).split("\n").at(-1)).toBe(line);
  });
});

describe("a question that is not fully understood is refused, with the part named and nothing in bold", () => {
  test.each(REFUSED.map(([question, part]) => [question, part]))("%p: %p", async (question, part) => {
    const answer = await answerOf(question);
    expect(answer).not.toContain("**");
    expect(answer.split("\n")[0]).toContain(part);
    expect(/[가-힣]/.test(answer)).toBe(/[가-힣]/.test(question));
  });
});
