/**
 * Returns the CPU milliseconds that this process spends on `work`, its threads included. Unlike elapsed time, it does
 * not grow when other processes use the cores.
 */
export const cpuMs = async (work: () => unknown): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};
