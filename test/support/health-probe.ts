const SCRIPT = new URL("./health-probe-process.ts", import.meta.url).pathname;

export interface Probed {
  /**
   * The longest that the service's main thread computed while one /health waited, in milliseconds: what held it up. Unlike a
   * clock's it does not grow when others have the cores. Where the system does not tell (it is Linux that does), the longest
   * that /health took. Infinity when it failed.
   */
  readonly heldMs: number;
  /** The longest that /health took, by the clock. */
  readonly longestMs: number;
  readonly asked: number;
}

/**
 * Has another process ask for /health every few milliseconds while `work` goes on: what holds the service holds that up. `pid` is
 * the service's.
 */
export const probing = async (
  { url, pid }: { readonly url: string; readonly pid: number },
  work: () => Promise<unknown>,
): Promise<Probed> => {
  const command = [process.execPath, SCRIPT, url, String(pid)];
  const child = Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const said = child.stdout.getReader();
  const decoder = new TextDecoder();
  let output = decoder.decode((await said.read()).value);
  try {
    await work();
  } finally {
    await child.stdin.end();
  }
  for (let step = await said.read(); !step.done; step = await said.read()) output += decoder.decode(step.value);
  await child.exited;
  return JSON.parse(
    output.trim().split("\n").at(-1) ?? "",
    (_, value: unknown) => value ?? Number.POSITIVE_INFINITY,
  ) as Probed;
};
