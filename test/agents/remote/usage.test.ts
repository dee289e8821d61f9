import { expect, test } from "bun:test";
import { reportedUsage } from "../../../src/agents/remote/usage.ts";

const whole = { inputTokens: 7, outputTokens: 2 };

test("a remote agent's usage is the sum of what it reports", () => {
  const parts = { cachedInputTokens: 3, reasoningTokens: 2 };
  expect(
    reportedUsage({ usage: [{ ...whole, ...parts }, { model: "m" }, { outputTokens: 1, inputTokens: null }] }),
  ).toEqual({
    inputTokens: 7,
    outputTokens: 3,
    cachedTokens: 3,
    reasoningTokens: 2,
  });
});

test.each([-1, 0.5, 1e300, 100_000_001, "7", true])("a report of %p tokens is none", (count) => {
  expect(reportedUsage({ usage: [whole, { inputTokens: 1, outputTokens: count }] })).toBeNull();
  expect(reportedUsage({ usage: [{ inputTokens: count, outputTokens: 1 }] })).toBeNull();
});

test.each([{ cachedInputTokens: 8 }, { reasoningTokens: 3 }, { cachedInputTokens: -1, reasoningTokens: 0.5 }])(
  "%p can be no part of what was used, and is left out",
  (parts) => {
    expect(reportedUsage({ usage: [{ ...whole, ...parts }] })).toEqual(whole);
  },
);
