import { expect, test } from "bun:test";
import { isConnectionLoss, storeError } from "../../src/store/failure.ts";

const withCode = (code: string): Error => Object.assign(new Error(code), { code });

test.each([
  "CONNECT_TIMEOUT",
  "CONNECTION_ENDED",
  "ECONNREFUSED",
  "ENOTFOUND",
  "57014",
  "23505",
  "53100",
  "XX000",
  "0A000",
  "25P03",
])("with %s nothing was written", (code) => {
  expect(storeError("call", withCode(code)).isUntried).toBe(true);
});

test.each([
  "EPIPE",
  "ECONNRESET",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETDOWN",
  "EBADF",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "57P01",
  "08006",
])("with %s something may have been written", (code) => {
  expect(storeError("call", withCode(code)).isUntried).toBe(false);
});

test.each(["25P03", "25P04"])("with %s a busy process has lost its transaction, and makes the call again", (code) => {
  const error = storeError("call", withCode(code));
  expect(error.code).toBe("unavailable");
  expect(isConnectionLoss(error)).toBe(true);
});
