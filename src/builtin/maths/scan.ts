const TWO_PI = 2 * Math.PI;

/** Points far out, at growing distances. */
const TAIL: readonly number[] = Array.from({ length: 220 }, (_, n) => 1003.7 * 1.11 ** n);
/** The points at which the real line is searched: dense near zero, sparse further out. */
const GRID: readonly number[] = [
  ...Array.from({ length: 190 }, (_, n) => -1000 + n * 5 + 0.0137),
  ...Array.from({ length: 2003 }, (_, n) => -50.0371 + n * 0.05),
  ...Array.from({ length: 190 }, (_, n) => 50.1137 + n * 5),
  ...TAIL.map((x) => -x),
  ...TAIL,
].sort((a, b) => a - b);

const bisect = (f: (x: number) => number, from: number, to: number): number => {
  let [low, high] = [from, to];
  const sign = Math.sign(f(low));
  for (let n = 0; n < 40; n++) {
    const middle = (low + high) / 2;
    if (Math.sign(f(middle)) === sign) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

/** Finds the minimum of |f| between two points by ternary search. */
const dip = (f: (x: number) => number, from: number, to: number): number => {
  let [low, high] = [from, to];
  for (let n = 0; n < 40; n++) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
    if (Math.abs(f(a)) < Math.abs(f(b))) high = b;
    else low = a;
  }
  return (low + high) / 2;
};

/**
 * Whether |f| has such a low minimum between three points, compared with its curvature, that it may reach zero there.
 */
const touches = (y0: number, y1: number, y2: number): boolean =>
  y0 * y2 > 0 &&
  Math.abs(y1) < Math.abs(y0) &&
  Math.abs(y1) < Math.abs(y2) &&
  Math.abs(y1) <= Math.abs(y0 - 2 * y1 + y2);

/**
 * Finds real roots: in steps of 0.05 within ±50, of 5 up to ±1000 and of growing size beyond, as exactly as doubles
 * allow. A double root may be off by 1e-8. Some roots may be missed.
 */
export const scanRoots = (f: (x: number) => number, from = -1e13, to = 1e13): readonly number[] => {
  const grid = GRID.filter((x) => x >= from && x <= to);
  const values = grid.map((x) => f(x));
  const roots: number[] = [];
  for (let n = 0; n + 1 < grid.length; n++) {
    const [x0, x1, x2] = [grid[n] ?? 0, grid[n + 1] ?? 0, grid[n + 2] ?? Number.NaN];
    const [y0, y1, y2] = [values[n] ?? Number.NaN, values[n + 1] ?? Number.NaN, values[n + 2] ?? Number.NaN];
    if (y0 === 0) roots.push(x0);
    else if (y0 * y1 < 0) roots.push(bisect(f, x0, x1));
    else if (touches(y0, y1, y2)) roots.push(dip(f, x0, x2));
  }
  return roots;
};

/**
 * Whether a search in steps a fifth as large finds as many changes of sign, so that roots between the steps are
 * unlikely.
 */
export const isScannedFinely = (f: (x: number) => number, from = -50, to = 50): boolean => {
  const changes = (step: number): number => {
    let [count, before] = [0, Number.NaN];
    for (let x = from + 0.0137; x < to; x += step) {
      const sign = Math.sign(f(x));
      if (sign * before < 0) count++;
      before = sign;
    }
    return count;
  };
  return changes(0.05) === changes(0.01);
};

/** Returns π or 2π when that is a period of f, else null. */
export const periodOf = (f: (x: number) => number): number | null => {
  const points = [0.3217, 1.1291, 2.0173, -0.7311, 4.4419];
  const has = (period: number): boolean => {
    const pairs = points
      .map((x) => [f(x), f(x + period)] as const)
      .filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
    return pairs.length > 1 && pairs.every(([a, b]) => Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(a)));
  };
  return has(Math.PI) ? Math.PI : has(TWO_PI) ? TWO_PI : null;
};
