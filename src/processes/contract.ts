/** How a process ended: by itself with an exit code, or by a signal. */
export type Exit = { readonly code: number } | { readonly signal: string };

/** One of the processes that serve together. */
export interface WorkerProcess {
  /** Resolves with the URL once it accepts requests. Stays pending when it ends before. */
  readonly serving: Promise<string>;
  readonly exited: Promise<Exit>;
  /** Does nothing once it has ended. */
  send(signal: "SIGTERM" | "SIGHUP" | "SIGKILL"): void;
}

export interface ProcessLogger {
  /** A worker ended, although nobody asked it to; it is started again after `delayMs`. */
  workerDied(worker: number, exit: Exit, delayMs: number): void;
}
