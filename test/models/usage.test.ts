import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ModelRequest } from "../../src/models/contract.ts";
import { chatCounts, estimateUsage, UsageReport } from "../../src/models/usage.ts";

const REQUEST: ModelRequest = { system: "abcd", messages: [{ role: "user", content: "여울", images: [] }], tools: [] };

const read = (...reports: readonly Record<string, unknown>[]) => {
  const report = new UsageReport();
  for (const usage of reports) report.read(chatCounts(usage));
  return report.usage(REQUEST, 2);
};

describe("usage", () => {
  test.each([
    ["under OpenAI's names", { prompt_tokens: 9, completion_tokens: 2 }],
    ["under Anthropic's names", { input_tokens: 9, output_tokens: 2 }],
    ["as text", { prompt_tokens: "9", completion_tokens: "2" }],
  ])("is read %s", (_, usage) => {
    expect(read(usage)).toEqual({ inputTokens: 9, outputTokens: 2 });
  });

  test("grows from chunk to chunk, and zeros at the end take nothing back", () => {
    const usage = (prompt_tokens: number, completion_tokens: number) => ({ prompt_tokens, completion_tokens });
    expect(read(usage(9, 0), usage(9, 1), usage(9, 2), usage(0, 0))).toEqual({ inputTokens: 9, outputTokens: 2 });
  });

  test.each([
    [{ prompt_tokens_details: { cached_tokens: 4 }, completion_tokens_details: { reasoning_tokens: 1 } }],
    [{ input_tokens_details: { cached_tokens: 4 }, output_tokens_details: { reasoning_tokens: 1 } }],
    [{ prompt_cache_hit_tokens: 4, reasoning_tokens: 1 }],
    [{ cached_tokens: "4", reasoning_tokens: "1" }],
    [{ cache_read_input_tokens: 4, reasoning_tokens: 1 }],
  ])("has cached and reasoning tokens: %j", (details) => {
    expect(read({ prompt_tokens: 9, completion_tokens: 2, ...details })).toEqual({
      inputTokens: 9,
      outputTokens: 2,
      cachedTokens: 4,
      reasoningTokens: 1,
    });
  });

  test("includes reasoning in the output, even when a server counts it separately", () => {
    const counts = { prompt_tokens: 9, completion_tokens: 2, completion_tokens_details: { reasoning_tokens: 5 } };
    expect(read({ ...counts, total_tokens: 16 })).toMatchObject({ outputTokens: 7, reasoningTokens: 5 });
    expect(read({ ...counts, completion_tokens: 7, total_tokens: 16 })).toMatchObject({ outputTokens: 7 });
  });

  test.each([[{}], [{ prompt_tokens: 0, completion_tokens: 0 }], [{ prompt_tokens: -1, completion_tokens: "many" }]])(
    "of %j is estimated, and says so",
    (usage) => {
      expect(read(usage)).toEqual({ inputTokens: 3, outputTokens: 2, isEstimated: true });
    },
  );

  test.each([
    1e300,
    2 ** 31,
    100_000_001,
    1.5,
    -3,
    Number.POSITIVE_INFINITY,
    "NaN",
    "1e9",
    "0x10",
    "",
    " 9",
    true,
    [[9]],
    {},
  ])("%p is no count: it takes back none from before, and is charged to nobody", (wrong) => {
    const first = { prompt_tokens: 9, completion_tokens: 2 };
    const second = { prompt_tokens: wrong, completion_tokens: wrong, cached_tokens: wrong, reasoning_tokens: wrong };
    expect(read(first, second)).toEqual({ inputTokens: 9, outputTokens: 2 });
    expect(read(second)).toEqual({ inputTokens: 3, outputTokens: 2, isEstimated: true });
  });

  test("has no part that is larger than the whole", () => {
    const usage = { prompt_tokens: 9, completion_tokens: 2, cached_tokens: 10, reasoning_tokens: 3 };
    expect(read(usage)).toEqual({ inputTokens: 9, outputTokens: 2 });
  });

  test("has what was cached in the input, also where it is counted beside, under Anthropic's names", () => {
    const usage = { input_tokens: 9, output_tokens: 2, cache_read_input_tokens: 40, cache_creation_input_tokens: 1 };
    expect(read(usage)).toEqual({ inputTokens: 50, outputTokens: 2, cachedTokens: 40 });
  });

  test("whatever is reported, its counts are whole numbers within bounds, and parts are parts", () => {
    const value = fc.oneof(fc.double(), fc.integer(), fc.nat(), fc.string(), fc.constant(null));
    const names = ["prompt_tokens", "input_tokens", "completion_tokens", "total_tokens", "cached_tokens"];
    const more = ["reasoning_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"];
    const report = fc.record(Object.fromEntries([...names, ...more].map((name) => [name, value])), {
      requiredKeys: [],
    });
    fc.assert(
      fc.property(fc.array(report, { maxLength: 3 }), (reports) => {
        const { inputTokens, outputTokens, cachedTokens = 0, reasoningTokens = 0 } = read(...reports);
        for (const count of [inputTokens, outputTokens, cachedTokens, reasoningTokens]) {
          expect(Number.isInteger(count) && count >= 0 && count <= 100_000_000).toBe(true);
        }
        expect([cachedTokens <= inputTokens, reasoningTokens <= outputTokens]).toEqual([true, true]);
      }),
    );
  });

  test("is estimated for the half that is missing", () => {
    expect(read({ prompt_tokens: 9 })).toEqual({ inputTokens: 9, outputTokens: 2, isEstimated: true });
    expect(read({ completion_tokens: 5 })).toEqual({ inputTokens: 3, outputTokens: 5, isEstimated: true });
  });

  test("is estimated from everything that is sent", () => {
    const call = { id: "a", name: "f", input: { x: 1 } };
    const more: ModelRequest["messages"] = [
      { role: "assistant", content: "abcd", toolCalls: [call] },
      { role: "tool", toolCallId: "a", name: "f", output: "x".repeat(400), isError: false },
    ];
    const { inputTokens } = estimateUsage({ ...REQUEST, messages: [...REQUEST.messages, ...more] }, 0);
    expect(inputTokens).toBeGreaterThan(3 + 1 + 100 + 8);
  });
});
