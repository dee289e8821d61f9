/** An amount within each window. Windows follow one another from 1970 on, so a day is a day of UTC. */
export interface Rate {
  /** At least 1. */
  readonly limit: number;
  readonly windowMs: number;
}

const WINDOWS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const RATE = /^(\d{1,12})\/([smhd])$/;

/** Parses `60/m`, `200000/d`, and also `/s` and `/h`. Null for any other text. */
export const parseRate = (text: string): Rate | null => {
  const [, count, unit] = RATE.exec(text) ?? [];
  const limit = Number(count);
  return limit >= 1 ? { limit, windowMs: WINDOWS[unit as keyof typeof WINDOWS] } : null;
};
