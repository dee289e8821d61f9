import { expect, test } from "bun:test";
import fc from "fast-check";
import { beginningOf, maxRowsOf } from "../../src/builtin/tables/beginning.ts";

const table = (columns: number, rows: number, cell: string) => ({
  columns: Array.from({ length: columns }, (_, at) => `c${at}`),
  rows: Array.from({ length: rows }, () => Array<string>(columns).fill(cell)),
});

test("a table is queried whole, or in its first rows up to the bounds of cells and characters", () => {
  const whole = table(3, 20_000, "x");
  expect(beginningOf(whole)).toBe(whole);
  expect(beginningOf(table(3, 20_001, "x")).rows).toHaveLength(20_000);
  expect(beginningOf(table(1, 100, "x".repeat(100_000))).rows).toHaveLength(41);
  expect(beginningOf(table(1, 2, "x".repeat(5_000_000))).rows).toHaveLength(1);
});

test("the queried part never exceeds the bounds and is the beginning of the table", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(4_000), fc.nat(3_000), (columns, rows, length) => {
      const given = table(columns, rows, "x".repeat(length));
      const { rows: shown } = beginningOf(given);
      expect(shown.length).toBeLessThanOrEqual(maxRowsOf(columns));
      if (shown.length > 1) expect(shown.length * columns * length).toBeLessThanOrEqual(4 * 1024 * 1024);
      expect(shown).toEqual(given.rows.slice(0, shown.length));
    }),
    { numRuns: 30 },
  );
});
