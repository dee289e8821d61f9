/** How far a long task has got. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

const BAR = 30;

/**
 * Returns one line: a bar, a count, and about how much longer, such as `[=====>      ] 120 of 3,400 chunks, 40 s left`.
 * `elapsedMs` is the time since the start.
 */
export const barLine = ({ done, total }: Progress, elapsedMs: number): string => {
  const filled = total === 0 ? BAR : Math.floor((done / total) * BAR);
  const bar = `${"=".repeat(filled)}${filled < BAR ? ">" : ""}`.padEnd(BAR);
  return `[${bar}] ${wordsLine({ done, total }, elapsedMs)}`;
};

/** The same without the bar, for the logger. */
export const wordsLine = ({ done, total }: Progress, elapsedMs: number): string => {
  const left = done === 0 || done >= total ? "" : `, ${duration((elapsedMs / done) * (total - done))} left`;
  return `${count(done)} of ${count(total)} chunks${left}`;
};

const count = (number: number): string => number.toLocaleString("en-US");

const duration = (ms: number): string => {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
};
