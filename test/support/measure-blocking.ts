/**
 * Returns the most CPU that this thread spends between two turns of its event loop while `work` runs, in milliseconds:
 * how long everything else waits. Unlike elapsed time, it does not grow when other processes use the cores.
 */
export const measureBlocking = async <T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly blockedMs: number }> => {
  let blockedMs = 0;
  let before = spent();
  let isOver = false;
  const turn = (): void => {
    const now = spent();
    blockedMs = Math.max(blockedMs, now - before);
    before = now;
    if (!isOver) setTimeout(turn, 1);
  };
  setTimeout(turn, 1);
  try {
    const result = await work();
    turn();
    return { result, blockedMs };
  } finally {
    isOver = true;
  }
};

const spent = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
