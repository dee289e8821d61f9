import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { realSystem, type System } from "../../src/domain/system.ts";
import { ModelError } from "../../src/models/contract.ts";
import type { ModelLogger } from "../../src/models/logger.ts";
import { retryDelay, withRetry } from "../../src/models/retry.ts";
import { partsOf } from "../support/model-parts.ts";
import { noModelLogger } from "../support/no-model-logger.ts";
import { ANSWER, REQUEST, stubModel } from "../support/stub-model.ts";

const failure = (options: { retryable?: boolean; retryAfterMs?: number } = {}): ModelError =>
  new ModelError("model_unavailable", "It failed.", { retryable: true, ...options });
const never = { signal: new AbortController().signal };

/** A system whose sleeps take no time and are recorded. */
const recorder = () => {
  const slept: number[] = [];
  const lines: Parameters<ModelLogger["retry"]>[0][] = [];
  const system: System = { ...realSystem, random: () => 0.5, sleep: async (ms) => void slept.push(ms) };
  const logger: ModelLogger = { ...noModelLogger, retry: (info) => void lines.push(info) };
  return { slept, lines, options: { system, logger } };
};

describe("the wait before a retry", () => {
  test("starts at 1 s and doubles, with a random upper half", () => {
    expect([1, 2, 3].map((attempt) => retryDelay(attempt, failure(), 0))).toEqual([500, 1_000, 2_000]);
    expect([1, 2, 3].map((attempt) => retryDelay(attempt, failure(), 0.5))).toEqual([750, 1_500, 3_000]);
  });

  test("is not offered a fourth time, nor for a permanent failure", () => {
    expect(retryDelay(4, failure(), 0)).toBeNull();
    expect(retryDelay(1, failure({ retryable: false, retryAfterMs: 10 }), 0)).toBeNull();
  });

  test("is the time that the provider asked for plus up to a second", () => {
    expect(retryDelay(1, failure({ retryAfterMs: 7_000 }), 0)).toBe(7_000);
    expect(retryDelay(3, failure({ retryAfterMs: 0 }), 0.25)).toBe(250);
  });

  test("gives up on a provider that asks for more than a minute", () => {
    expect(retryDelay(1, failure({ retryAfterMs: 60_001 }), 0)).toBeNull();
    expect(retryDelay(1, failure({ retryAfterMs: 60_000 }), 0.9)).toBe(60_000);
  });

  test("is never shorter than asked and never over a minute", () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const retryAfterMs = fc.option(fc.nat(100_000), { nil: undefined });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), retryAfterMs, random, (attempt, retryAfterMs, chance) => {
        const delay = retryDelay(attempt, failure(retryAfterMs === undefined ? {} : { retryAfterMs }), chance);
        if (delay !== null) expect(delay).toBeWithin(retryAfterMs ?? 500, 60_001);
      }),
    );
  });
});

describe("a retried model", () => {
  test("answers after failures, and each retry is a log line", async () => {
    const { slept, lines, options } = recorder();
    const error = failure();
    const model = stubModel("m", [{ error: error }, { error: failure({ retryAfterMs: 9 }) }, { parts: ANSWER }]);
    expect(await partsOf(withRetry(model, options), REQUEST, never)).toEqual([...ANSWER]);
    expect(slept).toEqual([750, 509]);
    expect(lines.map(({ model, attempt, delayMs }) => [model, attempt, delayMs])).toEqual([
      ["m", 1, 750],
      ["m", 2, 509],
    ]);
    expect(lines[0]?.error).toBe(error);
  });

  test("gives up after three retries with the last failure", async () => {
    const { slept, options } = recorder();
    const last = failure();
    const model = stubModel("m", [{ error: failure() }, { error: failure() }, { error: failure() }, { error: last }]);
    await expect(partsOf(withRetry(model, options), REQUEST, never)).rejects.toBe(last);
    expect([model.calls(), slept.length]).toEqual([4, 3]);
  });

  test("is not called again after a permanent failure", async () => {
    const { options } = recorder();
    const refused = new ModelError("model_refused", "No.", { retryable: false });
    const model = stubModel("m", [{ error: refused }, { parts: ANSWER }]);
    await expect(partsOf(withRetry(model, options), REQUEST, never)).rejects.toBe(refused);
    expect(model.calls()).toBe(1);
  });

  test("is not called again once it has sent a part", async () => {
    const { options } = recorder();
    const error = failure();
    const model = stubModel("m", [{ parts: ANSWER.slice(0, 1), error: error }, { parts: ANSWER }]);
    const received: unknown[] = [];
    const call = withRetry(model, options).answer(REQUEST, never, (part) => void received.push(part));
    await expect(call).rejects.toBe(error);
    expect([model.calls(), received]).toEqual([1, [...ANSWER.slice(0, 1)]]);
  });

  test("fails an empty answer at once, with the usage of all calls counted once", async () => {
    const { options } = recorder();
    const usage = { inputTokens: 3, outputTokens: 4 };
    const finish = { type: "finish", reason: "stop", usage } as const;
    const cut = Object.assign(failure(), { usage });
    const model = stubModel("m", [{ error: cut }, { parts: [finish] }, { parts: ANSWER }]);
    const parts: unknown[] = [];
    const call = withRetry(model, options).answer(REQUEST, never, (part) => void parts.push(part));
    await expect(call).rejects.toMatchObject({
      code: "model_unavailable",
      message: "The model ended without an answer.",
      model: "m",
      usage: { inputTokens: 6, outputTokens: 8 },
    });
    expect([model.calls(), parts]).toEqual([2, []]);
  });

  test("passes an answer of a tool call alone", async () => {
    const { options } = recorder();
    const call = { type: "tool_call", id: "a", name: "f", input: {} } as const;
    const parts = [call, ...ANSWER.slice(1)];
    expect(await partsOf(withRetry(stubModel("m", [{ parts }]), options), REQUEST, never)).toEqual(parts);
  });

  test("stops waiting as soon as it is aborted", async () => {
    const reason = new Error("cancelled");
    const stop = new AbortController();
    const model = stubModel("m", [{ error: failure({ retryAfterMs: 30_000 }) }]);
    const logger: ModelLogger = { ...noModelLogger, retry: () => queueMicrotask(() => stop.abort(reason)) };
    const retried = withRetry(model, { system: realSystem, logger });
    await expect(partsOf(retried, REQUEST, { signal: stop.signal })).rejects.toBe(reason);
    expect(model.calls()).toBe(1);
  });

  test("is not called again when its callback throws", async () => {
    const { options } = recorder();
    const model = stubModel("m", [{ parts: ANSWER }]);
    const why = failure();
    const call = withRetry(model, options).answer(REQUEST, never, () => {
      throw why;
    });
    await expect(call).rejects.toBe(why);
    expect(model.calls()).toBe(1);
  });

  test("keeps its id, and is checked once", async () => {
    const { slept, options } = recorder();
    const error = failure();
    const model = withRetry(stubModel("openai:x", [], error), options);
    expect(model.id).toBe("openai:x");
    await expect(model.check(never)).rejects.toBe(error);
    expect(slept).toEqual([]);
  });
});
