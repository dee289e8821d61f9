/** So much within each window. Windows lie one behind the other from 1970 on: a day is a day of UTC. */
export interface Rate {
  /** At least 1. */
  readonly limit: number;
  readonly windowMs: number;
}

const WINDOWS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const RATE = /^(\d{1,12})\/([smhd])$/;

/** `60/m`, `200000/d`; also `/s` and `/h`. Null: it is not that. */
export const parseRate = (text: string): Rate | null => {
  const [, count, unit] = RATE.exec(text) ?? [];
  const limit = Number(count);
  return limit >= 1 ? { limit, windowMs: WINDOWS[unit as keyof typeof WINDOWS] } : null;
};
