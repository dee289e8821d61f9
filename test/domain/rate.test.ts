import { expect, test } from "bun:test";
import { parseRate } from "../../src/domain/rate.ts";

test.each([
  ["60/m", { limit: 60, windowMs: 60_000 }],
  ["1/s", { limit: 1, windowMs: 1_000 }],
  ["5/h", { limit: 5, windowMs: 3_600_000 }],
  ["200000/d", { limit: 200_000, windowMs: 86_400_000 }],
])("%s is a rate", (text, rate) => {
  expect(parseRate(text)).toEqual(rate);
});

test.each(["", "60", "0/m", "-1/m", "1.5/m", "1e3/m", "60/w", "60/2m", "60 / m", "/m", "60/M", "9999999999999/d"])(
  "%j is not a rate",
  (text) => {
    expect(parseRate(text)).toBeNull();
  },
);
