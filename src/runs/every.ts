/**
 * Calls `tick` again some milliseconds after it has settled: always as many, or as many as `pause` then returns. Returns
 * a function that stops it.
 */
export const every = (pause: number | (() => number), tick: () => Promise<unknown>): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const next = () => {
    const ms = typeof pause === "number" ? pause : pause();
    if (!isStopped) timer = setTimeout(() => void tick().finally(next), ms);
  };
  next();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
};
