import { expect, test } from "bun:test";
import { isRecoverable, RequestError, RunError, RunErrorCode } from "../../src/domain/error.ts";

test("some codes are recoverable, the others are not", () => {
  const codes = RunErrorCode.anyOf.map((schema) => schema.const);
  expect(codes.filter(isRecoverable)).toEqual([
    "model_unavailable",
    "model_rate_limited",
    "timeout",
    "interrupted",
    "store_unavailable",
  ]);
  expect(codes.filter((code) => !isRecoverable(code))).toEqual([
    "model_refused",
    "cancelled",
    "credit_exhausted",
    "tool_failed",
    "internal",
  ]);
});

test("the real reason is in the cause and nowhere in the shown message", () => {
  const cause = new Error("postgres://user:secret@host");
  for (const error of [
    new RunError("internal", "It failed.", { cause }),
    new RequestError("internal", "It failed.", { cause }),
  ]) {
    expect(error.cause).toBe(cause);
    expect(error.message).toBe("It failed.");
    expect(JSON.stringify(error)).not.toContain("secret");
  }
});

test("a refused request has details and a retry time only if they are given", () => {
  const plain = new RequestError("not_found", "No.");
  expect([plain.details, plain.retryAfter]).toEqual([[], undefined]);
  const full = new RequestError("invalid", "No.", { details: [{ path: "/a", message: "must be" }], retryAfter: 3 });
  expect([full.details, full.retryAfter]).toEqual([[{ path: "/a", message: "must be" }], 3]);
});
