import type { Column } from "./column.ts";
import type { Operation } from "./table-query.ts";

/** The operations that compute one number from many. */
export type Measure = Exclude<Operation, "count" | "max" | "min">;

/** Returns the column's numbers in these rows, without the cells that have none. */
export const numbersOf = ({ quantities }: Column, rows: readonly number[]): readonly number[] =>
  rows.flatMap((row) => quantities?.[row]?.value ?? []);

/** Null when there are no numbers. */
export const aggregate = (of: Measure, numbers: readonly number[]): number | null => {
  if (numbers.length === 0) return null;
  const sum = numbers.reduce((total, number) => total + number, 0);
  if (of === "sum") return sum;
  if (of === "average") return sum / numbers.length;
  const sorted = numbers.toSorted((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? 0)) / 2;
};

/** Returns all rows that share the extreme value, or the first `top` rows in order of value. */
export const extremeRows = (
  { quantities }: Column,
  rows: readonly number[],
  which: "max" | "min",
  top: number | null,
): readonly number[] => {
  const numbered = rows.flatMap((row) => {
    const value = quantities?.[row]?.value;
    return value === undefined ? [] : [{ row, value }];
  });
  const sorted = numbered.toSorted((one, other) =>
    which === "max" ? other.value - one.value : one.value - other.value,
  );
  const best = sorted[0]?.value;
  return (top === null ? sorted.filter(({ value }) => value === best) : sorted.slice(0, top)).map(({ row }) => row);
};
