import { type Box, box } from "../support/executable.ts";
import { agentFolder } from "./agent.ts";
import type { Random } from "./random.ts";

type Process = Awaited<ReturnType<Box["serve"]>>;
type Env = Readonly<Record<string, string>>;

/** Processes of the executable on one database. Each has a place that it keeps when it is started again. */
export interface Cluster extends AsyncDisposable {
  readonly size: number;
  /** The URL of a replica, whether it is alive or not: that is for a client to find out. */
  url(place: number): string;
  pid(place: number): number;
  /** A client's choice, as an ingress would make it: any replica, or any but those places. */
  choose(random: Random, ...others: readonly number[]): number;
  /** Ends a process by a signal and returns its exit code. */
  end(place: number, signal: "SIGTERM" | "SIGKILL"): Promise<number>;
  /** Starts a process at a place where none is. */
  start(place: number): Promise<void>;
  signal(place: number, name: "SIGSTOP" | "SIGCONT"): void;
  /** What all processes so far have written to their logs, of those that have ended. */
  readonly logs: readonly Promise<string>[];
}

export interface ClusterOptions {
  readonly size: number;
  readonly modelUrl: string;
  /** One for all replicas, or one for each. */
  readonly databaseUrl: string | ((place: number) => string);
  readonly env?: Env;
  /** What is particular to a replica. */
  readonly surroundings?: (place: number) => Surroundings;
}

/** Where a process runs. */
interface Surroundings {
  readonly env?: Env;
  /** A command that starts it. */
  readonly within?: readonly string[];
}

export const cluster = async ({
  size,
  modelUrl,
  databaseUrl,
  env,
  surroundings = () => ({}),
}: ClusterOptions): Promise<Cluster> => {
  const executable = await box();
  const agents = agentFolder(executable.path);
  const logs: Promise<string>[] = [];
  const serve = async (place: number): Promise<Process> => {
    const { within, ...own } = surroundings(place);
    const all = {
      DATABASE_URL: typeof databaseUrl === "string" ? databaseUrl : databaseUrl(place),
      AGENTS_DIR: agents,
      MODEL: "compatible:x",
      MODEL_BASE_URL: `${modelUrl}/v1`,
      LOG_LEVEL: "warn",
      MAX_RUNS_PER_USER: "10000",
      // How often a run may be interrupted is not what is tested.
      MAX_ATTEMPTS: "100",
      ...env,
      ...own.env,
    };
    const process = await executable.serve(all, [], within);
    logs.push(process.stderr);
    return process;
  };
  const first = await serve(0);
  const processes = [first, ...(await Promise.all(Array.from({ length: size - 1 }, (_, at) => serve(at + 1))))];
  const at = (place: number): Process => {
    const process = processes[place];
    if (process === undefined) throw new Error(`there is no place ${place}`);
    return process;
  };
  return {
    size,
    url: (place) => at(place).url,
    pid: (place) => at(place).pid,
    choose: (random, ...others) => {
      const places = processes.map((_, place) => place).filter((place) => !others.includes(place));
      return random.pick(places.length > 0 ? places : processes.map((_, place) => place));
    },
    end: (place, signal) => at(place).end(signal),
    start: async (place) => {
      processes[place] = await serve(place);
    },
    signal: (place, name) => at(place).signal(name),
    logs,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(processes.map((process) => process.end("SIGKILL")));
      executable[Symbol.dispose]();
    },
  };
};
