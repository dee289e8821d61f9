import type { Outcome } from "../journal/ending.ts";
import type { Store } from "../store/contract.ts";
import type { Claimed } from "../store/log/contract.ts";
import { type ExecuteParts, execute } from "./execute.ts";
import type { LiveRun } from "./live-run.ts";
import type { Registry } from "./registry.ts";
import type { Task } from "./turn.ts";

export interface RunToEndParts extends ExecuteParts {
  readonly registry: Registry;
  /** A run has ended here, and others of its thread wait for their turn. */
  readonly freed: () => void;
}

/** Executes a run once it is claimed, and frees what it holds in this process when its part here is over. Never throws. */
export const runToEnd = async <State>(
  live: LiveRun,
  task: Task<State>,
  turn: Parameters<typeof execute>[1] | Promise<Claimed | null>,
  parts: RunToEndParts,
): Promise<void> => {
  const { logger, registry, journal } = parts;
  let outcome: Outcome = "persisted";
  try {
    const claimed = await turn;
    if (claimed !== null) outcome = await execute(live, claimed, task, parts);
  } catch (error) {
    // `execute` does not throw, but a claim may. Recovery takes a run that stays behind.
    logger.trouble(live, error);
  } finally {
    registry.release(live);
    task.file?.release();
    // A run that stops for another reason goes on elsewhere.
    const isOver = outcome !== "refused" && typeof live.signal.reason !== "string";
    if (task.file !== null && live.isPersisted && isOver) removeFile(live, parts.store);
    if (outcome === "refused") journal.recheck(live.threadKey);
    if (outcome === "freed") parts.freed();
  }
};

/** Removes the file of a run that needs it no more. A sweep removes what stays behind. */
export const removeFile = (run: Pick<LiveRun, "threadKey" | "runId">, store: Pick<Store, "files">): void =>
  void store.files.remove({ threadKey: run.threadKey, runId: run.runId }).catch(() => {});
