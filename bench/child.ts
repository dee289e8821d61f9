import { createInterface } from "node:readline";
import { Readable } from "node:stream";

/** A child process of the benchmark. */
export interface Child {
  readonly pid: number;
  /** Resolves to the next line of its output. Rejects when it ends without one. */
  line(): Promise<string>;
  /** Writes a line to its input. */
  write(text: string): void;
  /** Asks it to end, and kills it after ten seconds. Does nothing when it has ended. */
  end(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const running = new Set<Child>();

/** Raises the limit on open files to the system's maximum; `exec` preserves the pid. */
const unlimited = (command: readonly string[]): string[] => [
  "sh",
  "-c",
  'ulimit -n "$(ulimit -Hn)" && exec "$@"',
  "sh",
  ...command,
];

/** The program's own file; the path of the runtime that runs it says nothing. */
const nameOf = (command: readonly string[]): string =>
  command.find((word) => word.endsWith(".ts")) ?? command[0] ?? "nothing";

/** Starts a program at the root of the repository. Its stderr is inherited. */
export const start = (command: readonly string[], env: Readonly<Record<string, string>> = {}): Child => {
  const spawned = Bun.spawn(unlimited(command), {
    cwd: `${import.meta.dir}/..`,
    env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: "65535", ...env },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  // Read to the end even when no one asks for lines: a full pipe would block the program.
  const lines = createInterface(Readable.fromWeb(spawned.stdout))[Symbol.asyncIterator]();
  const child: Child = {
    pid: spawned.pid,
    async line() {
      const { value, done } = await lines.next();
      if (!done) return value;
      throw new Error(`\`${nameOf(command)}\` ended with ${await spawned.exited} and said nothing.`);
    },
    write(text) {
      spawned.stdin.write(`${text}\n`);
      spawned.stdin.flush();
    },
    async end() {
      running.delete(child);
      spawned.kill("SIGTERM");
      const deadline = setTimeout(() => spawned.kill("SIGKILL"), TIMEOUT_MS);
      await spawned.exited;
      clearTimeout(deadline);
    },
  };
  running.add(child);
  return child;
};

/** Ends all started programs, the last one first. */
export const endAll = async (): Promise<void> => {
  for (const child of [...running].reverse()) await child.end();
};

/** Starts a program and resolves to the address in its first line (`… listening on http://127.0.0.1:1234`). */
export const startServer = async (
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Child & { readonly url: string }> => {
  const child = start(command, env);
  const line = await child.line();
  const url = / listening on (\S+)$/.exec(line)?.[1];
  if (url === undefined) throw new Error(`Expected an address, got: ${line}`);
  return { ...child, url };
};
