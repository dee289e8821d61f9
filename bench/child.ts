import { createInterface } from "node:readline";
import { Readable } from "node:stream";

/** A program under the bench's care. */
export interface Child {
  readonly pid: number;
  /** The next line of its output. Rejects when it ends without one. */
  line(): Promise<string>;
  /** Writes a line to its input. */
  say(text: string): void;
  /** Asks it to end, and after ten seconds makes it. Harmless when it has ended. */
  end(): Promise<void>;
}

const PATIENCE_MS = 10_000;
const running = new Set<Child>();

/** As many open files as the system lets it have; `exec` keeps the pid. */
const unlimited = (command: readonly string[]): string[] => [
  "sh",
  "-c",
  'ulimit -n "$(ulimit -Hn)" && exec "$@"',
  "sh",
  ...command,
];

/** The program's own file: that of the runtime that runs it tells nothing. */
const nameOf = (command: readonly string[]): string =>
  command.find((word) => word.endsWith(".ts")) ?? command[0] ?? "nothing";

/** Starts a program at the root of the repository. What it writes on stderr is shown. */
export const start = (command: readonly string[], env: Readonly<Record<string, string>> = {}): Child => {
  const spawned = Bun.spawn(unlimited(command), {
    cwd: `${import.meta.dir}/..`,
    env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: "65535", ...env },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  // Read to the end whether anybody asks for lines or not: a full pipe would stop the program.
  const lines = createInterface(Readable.fromWeb(spawned.stdout))[Symbol.asyncIterator]();
  const child: Child = {
    pid: spawned.pid,
    async line() {
      const { value, done } = await lines.next();
      if (!done) return value;
      throw new Error(`\`${nameOf(command)}\` ended with ${await spawned.exited} and said nothing.`);
    },
    say(text) {
      spawned.stdin.write(`${text}\n`);
      spawned.stdin.flush();
    },
    async end() {
      running.delete(child);
      spawned.kill("SIGTERM");
      const deadline = setTimeout(() => spawned.kill("SIGKILL"), PATIENCE_MS);
      await spawned.exited;
      clearTimeout(deadline);
    },
  };
  running.add(child);
  return child;
};

/** Ends whatever was started, the last first. */
export const endAll = async (): Promise<void> => {
  for (const child of [...running].reverse()) await child.end();
};

/** Starts a program, and resolves to the address in its first line (`… listening on http://127.0.0.1:1234`). */
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
