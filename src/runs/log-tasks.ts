import { every } from "./every.ts";
import { Packing, type PackingParts } from "./packing.ts";
import { Retention, type RetentionParts } from "./retention.ts";

interface LogTaskParts extends PackingParts, Omit<RetentionParts, "store" | "logger" | "system" | "threadsMs"> {
  readonly store: PackingParts["store"] & RetentionParts["store"];
  readonly logger: PackingParts["logger"] & RetentionParts["logger"];
  /** Null: threads are kept for ever. */
  readonly threadsMs: number | null;
}

/** Keeps the logs small in the background. Returns functions that stop it. */
export const startLogTasks = ({ threadsMs, ...parts }: LogTaskParts): (() => void)[] => {
  const packing = new Packing(parts);
  const tasks: readonly (Packing | Retention)[] =
    threadsMs === null ? [packing] : [packing, new Retention({ ...parts, threadsMs })];
  return tasks.map((task) =>
    every(
      () => task.pauseMs,
      () => task.tick(),
    ),
  );
};
