import { expect, test } from "bun:test";
import { answerOf } from "../support/builtin-answer.ts";

test.each([
  ["2x + 3 = 7 을 풀어줘.", "**답: x = 2**"],
  ["Solve 2x + 3 = 7", "**Answer: x = 2**"],
  ["x^2 - 5x + 6 = 0 의 해를 구해줘", "**답: x = 2 또는 x = 3**"],
  ["\\[x^2=2\\]", "**Answer: x = -√2 or x = √2**"],
  ["Solve 2x^2-3x-1=0", "**Answer: x = (3 - √17)/4 or x = (3 + √17)/4**"],
  ["x^2+1=0 을 풀어줘", "**답: x = -i 또는 x = i, 실수해는 없음**"],
  ["연립방정식 x + y = 5, x - y = 1", "**답: x = 3, y = 2**"],
  ["solve x+y=5 and x-y=1", "**Answer: x = 3, y = 2**"],
  ["$\\frac{x}{2}+1=4$", "**Answer: x = 6**"],
  ["2x+3=2x+5 를 풀어줘", "**답: 해가 없습니다**"],
  ["solve x+1=x+1", "**Answer: infinitely many solutions**"],
  ["|x-3| = 5", "**Answer: x = -2 or x = 8**"],
  ["12*(3+4)은?", "**답: 84**"],
  ["What is 15% of 240?", "**Answer: 36**"],
  ["1/3 + 1/6", "**Answer: 1/2**"],
  ["log 100", "**Answer: 2**"],
  ["log_2 8", "**Answer: 3**"],
  ["5! 은?", "**답: 120**"],
  ["x^3 sin x 를 미분해줘", "**답: 3x^2·sin(x) + x^3·cos(x)**"],
  ["second derivative of x^4", "**Answer: 12x^2**"],
  ["∫ x e^x dx", "**Answer: x·e^x - e^x + C**"],
  ["x^2을 0부터 1까지 적분", "**답: 1/3**"],
  ["\\int_0^{\\infty} e^{-x} dx", "**Answer: 1**"],
  ["lim_{x→0} sin(x)/x", "**Answer: 1**"],
  ["lim_{x→0+} 1/x", "**Answer: ∞ (diverges)**"],
  ["x^2-5x+6 을 인수분해", "**답: (x - 2)(x - 3)**"],
  ["60을 소인수분해해줘", "**답: 2^2·3·5**"],
  ["expand (x+1)^3", "**Answer: x^3 + 3x^2 + 3x + 1**"],
  ["1부터 100까지의 합은?", "**답: 5050**"],
  ["∫ e^(-x^2) dx", "Not solved."],
  ["plot y = sin(x) from -5 to 5", "**Graph: y = sin(x) (-5 ≤ x ≤ 5)**"],
])("%p is answered with %p", async (question, result) => {
  expect((await answerOf(question)).split("\n").at(-1)).toBe(result);
});
