import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { payloadOf, payloads } from "../../src/domain/event.ts";
import { languageOf } from "../../src/domain/language.ts";
import { addUsage, creditsOf, hasEnded, NO_USAGE } from "../../src/domain/run.ts";
import { estimateTokens } from "../../src/domain/tokens.ts";

describe("the estimate of a text's tokens", () => {
  test("counts a quarter of its English characters and all of its Korean ones", () => {
    expect(["", "a", "abcd", "abcde", "안녕", "안녕 ok"].map(estimateTokens)).toEqual([0, 1, 1, 2, 2, 3]);
  });

  test("is between a quarter of the characters and all of them, and never less for more text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        const tokens = estimateTokens(a);
        expect(tokens).toBeLessThanOrEqual(a.length);
        expect(4 * tokens).toBeGreaterThanOrEqual(a.length);
        expect(estimateTokens(a + b)).toBeGreaterThanOrEqual(tokens);
      }),
    );
  });
});

describe("the language of a text", () => {
  const table = [
    ["2x + 3 = 7 을 풀어줘", "ko"],
    ["Solve 2x + 3 = 7, 감사", "ko"],
    ["ㅋㅋ", "ko"],
    ["Solve 2x + 3 = 7", "en"],
    ["Löse das", "en"],
    ["解いて", "en"],
  ] as const;
  for (const [text, language] of table) {
    test(`of ${text} is ${language}, whatever the caller's`, () => {
      expect([languageOf(text, "en"), languageOf(text, "ko")]).toEqual([language, language]);
    });
  }

  test("is the caller's when there are no words", () => {
    for (const text of ["", "2x + 3 = 7", "?!", "😀"])
      expect([languageOf(text, "en"), languageOf(text, "ko")]).toEqual(["en", "ko"]);
  });
});

describe("a run's figures", () => {
  test("add up, and an output token costs four input tokens", () => {
    const usage = addUsage(addUsage(NO_USAGE, { inputTokens: 600, outputTokens: 50 }), {
      inputTokens: 400,
      outputTokens: 200,
    });
    expect(usage).toEqual({ inputTokens: 1_000, outputTokens: 250 });
    expect(creditsOf(usage)).toBe(2);
  });

  test("show that it has ended unless it is queued or running", () => {
    expect((["queued", "running", "succeeded", "failed", "cancelled"] as const).filter(hasEnded)).toEqual([
      "succeeded",
      "failed",
      "cancelled",
    ]);
  });
});

test("the vocabulary of events is the contract's", () => {
  expect(Object.keys(payloads)).toEqual([
    "page_start",
    "solve_progress",
    "token",
    "reasoning",
    "tool_start",
    "tool_result",
    "image_placeholder",
    "image_result",
    "sources",
    "node_result",
    "credit_settled",
    "approval_requested",
    "approval_resolved",
    "attempt_started",
    "custom",
    "done",
    "error",
  ]);
  const event = { runId: "r", seq: 1, type: "token", at: 1, json: '{"delta":"a"}' } as const;
  expect(payloadOf(event, "token")).toEqual({ delta: "a" });
});
