import type { Exit, WorkerProcess } from "./contract.ts";

export interface WorkerCommand {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a worker tells the process that started it. */
export interface WorkerMessage {
  readonly serving: string;
}

/**
 * Starts a worker as a child process. The channel to it closes when this process ends, however it ends, and the worker
 * ends with it.
 */
export const spawnWorker = ({ command, env }: WorkerCommand): WorkerProcess => {
  const serving = Promise.withResolvers<string>();
  const exited = Promise.withResolvers<Exit>();
  const child = Bun.spawn([...command], {
    env,
    stdio: ["ignore", "inherit", "inherit"],
    ipc: (message: WorkerMessage) => serving.resolve(message.serving),
    onExit: (_, code, signal) => exited.resolve(code === null ? { signal: String(signal) } : { code }),
  });
  return { serving: serving.promise, exited: exited.promise, send: (signal) => child.kill(signal) };
};
