import { type Child, startServer } from "./child.ts";
import type { TargetName } from "./targets.ts";

export interface Server extends Child {
  readonly target: TargetName;
  /** Origin. */
  readonly url: string;
}

/** The environment of the measured servers. */
export interface Surroundings {
  readonly standIn: string;
  readonly database: string | undefined;
  readonly source: boolean;
  readonly profile: boolean;
  /** Yeoul's folder of agents. Omitted: it has none. */
  readonly agentsDir?: string;
}

const MODEL = "paced-100x20";

const yeoulCommand = ({ source, profile }: Surroundings): string[] => {
  if (!source) return ["dist/yeoul"];
  return [process.execPath, ...(profile ? ["--cpu-prof", "--cpu-prof-dir=bench/profile"] : []), "src/main.ts"];
};

/** Starts one of the compared servers on a free port. */
export const startTarget = async (target: TargetName, around: Surroundings): Promise<Server> => {
  const common = { NODE_ENV: "production", MODEL_BASE_URL: `${around.standIn}/v1`, MODEL_API_KEY: "x" };
  if (target !== "yeoul") {
    const file = target === "floor" ? "bench/floor.ts" : "bench/stream-text.ts";
    return { target, ...(await startServer([process.execPath, file], { ...common, MODEL_NAME: MODEL })) };
  }
  const server = await startServer(yeoulCommand(around), {
    ...common,
    HOST: "127.0.0.1",
    PORT: "0",
    DATABASE_URL: around.database ?? "",
    MODEL: `compatible:${MODEL}`,
    MAX_RUNS: "20000",
    MAX_RUNS_PER_USER: "20000",
    LOG_LEVEL: "warn",
    ...(around.agentsDir !== undefined && { AGENTS_DIR: around.agentsDir }),
  });
  return { target, ...server };
};
