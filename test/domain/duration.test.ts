import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseDuration } from "../../src/domain/duration.ts";

test("a duration is a whole number of one unit, in milliseconds", () => {
  expect(["500ms", "30s", "5m", "2h"].map(parseDuration)).toEqual([500, 30_000, 300_000, 7_200_000]);
});

test.each(["", "5", "m", "5 m", "5M", "1h30m", "-5m", "+5m", "1.5s", "5m\n", "1e3s", "９s", "9999999999h"])(
  "%j is not a duration",
  (text) => {
    expect(parseDuration(text)).toBeNull();
  },
);

test("every count and unit is read exactly", () => {
  const unit = fc.constantFrom(
    ["ms", 1] as const,
    ["s", 1_000] as const,
    ["m", 60_000] as const,
    ["h", 3_600_000] as const,
  );
  fc.assert(
    fc.property(
      fc.nat({ max: 999_999_999 }),
      unit,
      (count, [name, ms]) => parseDuration(`${count}${name}`) === count * ms,
    ),
  );
});
