import { cpus, release, totalmem } from "node:os";

/** The machine that produced a table. Contains no host names and no paths. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly bun: string;
  /** ISO 8601, to the minute, UTC. */
  readonly date: string;
}

export const thisMachine = (): Machine => ({
  cpu: cpus()[0]?.model.replaceAll(/\s+/g, " ").trim() ?? "unknown",
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: `Linux ${release().split("-")[0]}`,
  bun: Bun.version,
  date: `${new Date().toISOString().slice(0, 16)}Z`,
});
