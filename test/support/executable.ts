import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");
const BUILT = join(ROOT, "dist/yeoul");
/** The sources of the executable, one glob each: Bun finds nothing with alternatives that contain a slash. */
const SOURCES = ["scripts/build*.ts", "package.json", "bun.lock", "src/**", "drizzle/*.sql"].map(
  (glob) => new Bun.Glob(glob),
);

let built: Promise<string> | undefined;

/** The path of dist/yeoul, built first when it is older than its sources. */
export const executable = (): Promise<string> => (built ??= build());

const build = async (): Promise<string> => {
  const files = SOURCES.flatMap((glob) => [...glob.scanSync(ROOT)]);
  const changed = Math.max(...files.map((path) => statSync(join(ROOT, path)).mtimeMs));
  if (existsSync(BUILT) && statSync(BUILT).mtimeMs > changed) return BUILT;
  const child = Bun.spawn([process.execPath, "scripts/build.ts"], { cwd: ROOT, stdout: "ignore", stderr: "pipe" });
  if ((await child.exited) !== 0) throw new Error(`the build failed: ${await new Response(child.stderr).text()}`);
  return BUILT;
};

/** A directory that holds only the executable; `using` removes it. */
export interface Box extends Disposable {
  readonly path: string;
  /** The data directory of this box's services, which create it. */
  readonly dataDir: string;
  /** Runs a command until it exits. */
  run(args: readonly string[], env?: Env): Promise<Ended>;
  /**
   * Starts the service; resolves with its first line on stdout, or rejects with how it ended. `within` is a command that
   * starts what follows it, itself or as its child, and ends with it.
   */
  serve(env?: Env, args?: readonly string[], within?: readonly string[]): Promise<Running>;
}
/** The whole environment of the process, except DATA_DIR and PORT. */
type Env = Readonly<Record<string, string>>;
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
interface Running extends AsyncDisposable {
  readonly firstLine: string;
  readonly url: string;
  readonly pid: number;
  /** Everything that it wrote to stderr, once it has ended. */
  readonly stderr: Promise<string>;
  /** Resolves once it has written `words` to stderr `times` times. Rejects when it ends before. */
  logged(words: string, times?: number): Promise<void>;
  /** Suspends the process, resumes it, or has it read its agents again. */
  signal(name: "SIGSTOP" | "SIGCONT" | "SIGHUP"): void;
  /** Resolves with the exit code; a signal without a handler counts as 128 plus its number. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number>;
}

/** Uses the project's executable unless `source` is given. */
export const box = async (source?: string): Promise<Box> => {
  const original = source ?? (await executable());
  const path = mkdtempSync(join(tmpdir(), "yeoul-box-"));
  copyFileSync(original, join(path, "yeoul"));
  const dataDir = join(path, "data");
  const spawn = (args: readonly string[], env: Env = {}, within: readonly string[] = []) =>
    Bun.spawn([...within, join(path, "yeoul"), ...args], {
      cwd: path,
      env: { DATA_DIR: dataDir, PORT: "0", ...env },
      stdout: "pipe",
      stderr: "pipe",
    });
  return {
    path,
    dataDir,
    run: async (args, env) => {
      const child = spawn(args, env);
      const [stdout, stderr] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ]);
      return { code: await child.exited, stdout, stderr };
    },
    serve: async (env, args = [], within = []) => {
      const child = spawn(args, env, within);
      // Read to the end, or the service would block on a full pipe.
      const stderr = new Output(child.stderr);
      const firstLine = await firstLineOf(child.stdout);
      if (firstLine === null) throw new Error(`ended with ${await child.exited}: ${await stderr.whole}`);
      const pid = within.length === 0 ? child.pid : childOf(child.pid);
      const kill = (signal: NodeJS.Signals): void => {
        if (child.exitCode === null && child.signalCode === null) process.kill(pid, signal);
      };
      const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<number> => {
        kill(signal);
        return child.exited;
      };
      return {
        firstLine,
        stderr: stderr.whole,
        logged: (words, times = 1) => stderr.until((text) => text.split(words).length > times),
        pid,
        url: firstLine.replace("yeoul listening on ", ""),
        signal: kill,
        end,
        [Symbol.asyncDispose]: async () => void (await end("SIGKILL")),
      };
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
};

/** The only child of a process, as Linux knows it; the process itself when it has none. */
const childOf = (pid: number): number => {
  const [child = ""] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
  return child === "" ? pid : Number(child);
};

/** What a process writes, which others may wait for. */
class Output {
  readonly whole: Promise<string>;
  #text = "";
  #more = Promise.withResolvers<boolean>();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.whole = this.#read(stream);
  }

  async until(isDone: (text: string) => boolean): Promise<void> {
    while (!isDone(this.#text)) {
      if (!(await this.#more.promise)) throw new Error(`ended without it: ${this.#text}`);
    }
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<string> {
    const decoder = new TextDecoder();
    for await (const piece of stream) {
      this.#text += decoder.decode(piece, { stream: true });
      this.#more.resolve(true);
      this.#more = Promise.withResolvers();
    }
    this.#more.resolve(false);
    return this.#text;
  }
}

/** Null: the stream ended before a whole line. */
const firstLineOf = async (stdout: ReadableStream<Uint8Array>): Promise<string | null> => {
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of stdout) {
    text += decoder.decode(piece, { stream: true });
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
  }
  return null;
};

/** POSTs JSON to a running service. */
export const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
