/**
 * CPU milliseconds that this process spends on `work`, its threads included. Unlike a clock's it is a figure of the work
 * alone: it does not grow when other processes have the cores.
 */
export const cpuMs = async (work: () => unknown): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};
