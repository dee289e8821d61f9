/** Calls `tick` again `ms` after it has settled. Returns a function that stops it. */
export const every = (ms: number, tick: () => Promise<unknown>): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const next = () => {
    if (!isStopped) timer = setTimeout(() => void tick().finally(next), ms);
  };
  next();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
};
