const SCRIPT = new URL("./health-probe-process.ts", import.meta.url).pathname;

export interface Probed {
  /**
   * The most CPU that the service's main thread spent while one /health waited, in milliseconds: what delayed it.
   * Unlike elapsed time, it does not grow when other processes use the cores. On systems that do not report it (only
   * Linux does), the longest duration of /health. Infinity when the request failed.
   */
  readonly blockedMs: number;
  /** The longest duration of /health, in elapsed time. */
  readonly longestMs: number;
  readonly requests: number;
}

/**
 * Lets another process request /health every few milliseconds while `work` runs: what blocks the service delays it.
 * `pid` is the service's process id.
 */
export const probing = async (
  { url, pid }: { readonly url: string; readonly pid: number },
  work: () => Promise<unknown>,
): Promise<Probed> => {
  const command = [process.execPath, SCRIPT, url, String(pid)];
  const child = Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let output = decoder.decode((await reader.read()).value);
  try {
    await work();
  } finally {
    await child.stdin.end();
  }
  for (let step = await reader.read(); !step.done; step = await reader.read()) output += decoder.decode(step.value);
  await child.exited;
  return JSON.parse(
    output.trim().split("\n").at(-1) ?? "",
    (_, value: unknown) => value ?? Number.POSITIVE_INFINITY,
  ) as Probed;
};
