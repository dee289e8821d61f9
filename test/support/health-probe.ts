const SCRIPT = new URL("./health-probe-process.ts", import.meta.url).pathname;

export interface Probed {
  /** The longest that /health took, in milliseconds; Infinity when it failed. */
  readonly longestMs: number;
  readonly asked: number;
}

/** Has another process ask for /health every few milliseconds while `work` goes on: what holds the service holds that up. */
export const probing = async (url: string, work: () => Promise<unknown>): Promise<Probed> => {
  const child = Bun.spawn([process.execPath, SCRIPT, url], { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
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
  return JSON.parse(output.trim().split("\n").at(-1) ?? "") as Probed;
};
