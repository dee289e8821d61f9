import { every } from "./every.ts";
import { Folding, type FoldingParts } from "./folding.ts";
import { Packing, type PackingParts } from "./packing.ts";
import { Retention, type RetentionParts } from "./retention.ts";

interface LogTaskParts extends Omit<RetentionParts, "store" | "logger" | "system" | "threadsMs"> {
  readonly store: PackingParts["store"] & FoldingParts["store"] & RetentionParts["store"];
  readonly system: PackingParts["system"];
  readonly logger: PackingParts["logger"] & FoldingParts["logger"] & RetentionParts["logger"];
  /** Null: events are kept for as long as their threads. */
  readonly eventsMs: number | null;
  /** Null: threads are kept for ever. */
  readonly threadsMs: number | null;
}

/** Keeps the logs small in the background. Returns functions that stop it. */
export const startLogTasks = ({ eventsMs, threadsMs, ...parts }: LogTaskParts): (() => void)[] => {
  const tasks: readonly (Packing | Folding | Retention)[] = [
    new Packing(parts),
    ...(eventsMs === null ? [] : [new Folding({ ...parts, eventsMs })]),
    ...(threadsMs === null ? [] : [new Retention({ ...parts, threadsMs })]),
  ];
  return tasks.map((task) =>
    every(
      () => task.pauseMs,
      () => task.tick(),
    ),
  );
};
