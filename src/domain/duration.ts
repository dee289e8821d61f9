const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const DURATION = /^(\d{1,9})(ms|s|m|h)$/;

/** Returns the milliseconds of `500ms`, `30s`, `5m` or `2h`: a whole number and one unit. Null for any other text. */
export const parseDuration = (text: string): number | null => {
  const [, count, unit] = DURATION.exec(text) ?? [];
  return count && unit ? Number(count) * UNITS[unit as keyof typeof UNITS] : null;
};
