import type { Outcome } from "../journal/ending.ts";
import type { Claimed } from "../store/log/contract.ts";
import { type ExecuteParts, execute } from "./execute.ts";
import type { LiveRun } from "./live-run.ts";
import type { Registry } from "./registry.ts";
import type { Task } from "./turn.ts";

/** Executes a run once it is claimed, and frees what it holds in this process when its part here is over. Never throws. */
export const runToEnd = async <State>(
  live: LiveRun,
  task: Task<State>,
  turn: Parameters<typeof execute>[1] | Promise<Claimed | null>,
  parts: ExecuteParts & { readonly registry: Registry },
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
    if (outcome === "refused") journal.recheck(live.threadKey);
  }
};
