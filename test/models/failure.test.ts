import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { failureOfReport, failureOfStatus, retryAfter } from "../../src/models/failure.ts";
import { providerWords } from "../../src/models/provider-error.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const place = { keyVariable: "SOME_API_KEY", now: () => NOW };
const headers = (values: Record<string, string>) => (name: string) => values[name];
const ofStatus = (status: number, body = "", values: Record<string, string> = {}) =>
  failureOfStatus({ status, header: headers(values), body }, place);

describe("the time that a provider asks to wait", () => {
  test.each([
    [{ "retry-after-ms": "250", "retry-after": "9" }, 250],
    [{ "retry-after": "7" }, 7_000],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after": "Sun, 01 Mar 2026 12:00:30 GMT" }, 30_000],
    [{ "retry-after": "Sun, 01 Mar 2026 11:59:00 GMT" }, 0],
    [{ "retry-after-ms": "soon", "retry-after": "3" }, 3_000],
    [{ "retry-after": "-5 apples" }, undefined],
    [{ "retry-after": "" }, undefined],
    [{}, undefined],
  ])("%j is %p ms", (values, expected) => {
    expect(retryAfter(headers(values as Record<string, string>), NOW)).toBe(expected as number);
  });

  test("is a whole number of milliseconds from now or missing, for any header", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const wait = retryAfter(headers({ "retry-after": text }), NOW);
        if (wait !== undefined) expect(wait).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("a status", () => {
  test("429 is a transient limit unless the quota is used up", () => {
    expect(ofStatus(429)).toMatchObject({ code: "model_rate_limited", retryable: true });
    const body = '{"error":{"type":"insufficient_quota","code":"insufficient_quota"}}';
    expect(ofStatus(429, body)).toMatchObject({ code: "model_rate_limited", retryable: false });
  });

  test("503 keeps its retry-after", () => {
    expect(ofStatus(503, "", { "retry-after": "2" })).toMatchObject({ retryable: true, retryAfterMs: 2_000 });
  });

  test("400 from Google for a wrong key names the variable", () => {
    const body = '{"error":{"code":400,"details":[{"reason":"API_KEY_INVALID"}]}}';
    expect(ofStatus(400, body)).toMatchObject({ retryable: false, remedy: expect.stringContaining("SOME_API_KEY") });
  });

  test("400 from a content filter is a refusal", () => {
    expect(ofStatus(400, '{"error":{"code":"content_filter"}}')).toMatchObject({ code: "model_refused" });
  });

  test("the body is in no message and in no printed error; a bounded part of it is available to callers", () => {
    for (const status of [301, 400, 401, 403, 404, 408, 429, 500, 503]) {
      const error = ofStatus(status, `SECRET ${"x".repeat(100_000)}`);
      expect(error.message).not.toContain("SECRET");
      expect(Bun.inspect(error)).not.toContain("SECRET");
      expect(JSON.stringify(error.cause)).not.toContain("SECRET");
      expect(providerWords(error)).toStartWith("SECRET");
      expect(providerWords(error)).toHaveLength(2_000);
    }
    expect(providerWords(new Error("no provider's"))).toBeUndefined();
  });

  test.each([
    [
      '{"error":{"message":"SECRET","type":"invalid_request_error","code":"context_length_exceeded"}}',
      "HTTP 400 (context_length_exceeded, invalid_request_error)",
    ],
    ['{"type":"error","error":{"type":"overloaded_error","message":"SECRET"}}', "HTTP 400 (overloaded_error)"],
    ['{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"SECRET"}}', "HTTP 400 (INVALID_ARGUMENT)"],
    ['{"code":"SECRET words","status":null}', "HTTP 400"],
    ['{"error":{"code":"invalid_api_key","param":"sk-SECRET-1","type":"sk-SECRET-1"}}', "HTTP 400 (invalid_api_key)"],
    ["SECRET", "HTTP 400"],
    ["null", "HTTP 400"],
  ])("has its codes reported: %p", (body, codes) => {
    expect(ofStatus(400, body).cause).toMatchObject({ message: codes });
  });
});

describe("an error reported in a stream", () => {
  test.each([
    [{ code: 429, message: "slow" }, "model_rate_limited", false],
    [{ code: "rate_limit_exceeded" }, "model_rate_limited", false],
    [{ message: "Rate limit reached for requests" }, "model_rate_limited", false],
    [{ code: "1302", message: "Too many requests" }, "model_rate_limited", false],
    [{ code: "502", message: "bad gateway" }, "model_unavailable", true],
    [{ code: 400, message: "no" }, "model_unavailable", false],
    [{ type: "rate_limit_error", message: "slow" }, "model_rate_limited", false],
    [{ statusCode: 529, type: "overloaded_error" }, "model_unavailable", true],
    [{ code: "insufficient_quota" }, "model_rate_limited", false],
    [{ code: "content_filter" }, "model_refused", false],
    ["overloaded", "model_unavailable", true],
    [null, "model_unavailable", true],
    [undefined, "model_unavailable", true],
  ])("%j is %s, retryable %p", (report, code, retryable) => {
    expect(failureOfReport(report, place)).toMatchObject({ code, retryable });
  });
});
