import { foldAnswer } from "../domain/answer.ts";
import { RunError } from "../domain/error.ts";
import { NO_USAGE } from "../domain/run.ts";
import type { Outcome } from "../journal/ending.ts";
import type { Journal } from "../journal/journal.ts";
import type { RunWriter } from "../journal/writer.ts";
import type { Claimed } from "../store/log/contract.ts";
import { endingOf } from "./ending.ts";
import type { LiveRun } from "./live-run.ts";
import type { RunTimeouts } from "./run-timeouts.ts";
import { timeSpent } from "./time-spent.ts";
import { type Task, Turn, type TurnParts } from "./turn.ts";
import type { WaitingRuns } from "./waiting-runs.ts";

export interface ExecuteParts extends TurnParts {
  readonly journal: Journal;
  readonly runTimeoutMs: number;
  readonly timeouts: RunTimeouts;
  readonly approvals: Pick<WaitingRuns, "request" | "stop">;
}

/**
 * Executes a run that holds its fence, from its first event, or from where earlier attempts have come, to its last. Never
 * throws: the run always ends with exactly one terminal event, unless another replica has taken it over, it is to be
 * handed over, or it waits for a person; another attempt then ends it.
 *
 * May be called before the run's row is inserted. Nothing that the run emits is written or shown before the insert
 * succeeds. If the insert fails, nothing ever is.
 */
export const execute = async <State>(
  live: LiveRun,
  claimed: Claimed & { readonly startSeq?: number },
  task: Task<State>,
  parts: ExecuteParts,
): Promise<Outcome> => {
  const { system, logger } = parts;
  const { agent, earlier } = task;
  const timeoutMs = agent.timeoutMs ?? parts.runTimeoutMs;
  const begun = system.now();
  const writer = writerFor(live, claimed, task, parts);
  const startSeq = claimed.startSeq ?? claimed.lastSeq;
  live.opened(writer);
  void live.persisted.then((isPersisted) => {
    if (!isPersisted) return;
    logger.started(live, agent.name);
    writer.release(live.takeWritten());
    live.start(startSeq);
  });
  const deadlines = parts.timeouts.of(timeoutMs);
  const leftMs = earlier === null ? timeoutMs : Math.max(0, timeoutMs - timeSpent(earlier.events));
  const deadline = deadlines.add(leftMs, () =>
    live.abort(new RunError("timeout", `The answer took longer than ${timeoutMs / 1000} s.`)),
  );

  const turn = new Turn(live, claimed, startSeq, task, writer, parts);
  const failure = await turn.run();
  deadlines.remove(deadline);
  const isPersisted = await live.persisted;
  if (isPersisted && live.signal.reason === "released") {
    await writer.leave();
    return "refused";
  }
  if (isPersisted && live.signal.reason === "waiting") {
    await writer.leave();
    await parts.approvals.stop(live, claimed.fence, turn.waitsFor);
    return "refused";
  }
  if (isPersisted) await turn.emitHeld();
  const { usage, result, finish } = turn;
  const facts = { messageId: system.id(), usage, now: system.now(), result, finish };
  const outcome = await writer.close(
    endingOf(failure, facts),
    endingOf(NOT_STORED, { ...facts, usage: NO_USAGE, result: undefined }),
  );
  const durationMs = system.now() - begun;
  if (!isPersisted) return outcome;
  logger.ended(live, { agent: agent.name, outcome, failure, usage, durationMs });
  if (failure === null && finish === "length") logger.reachedLength(live, task.model.id);
  return outcome;
};

const writerFor = <State>(
  live: LiveRun,
  { fence, lastSeq, lastAt }: Claimed,
  { earlier }: Task<State>,
  { journal }: ExecuteParts,
): RunWriter =>
  journal.open(fence, lastSeq, (why) => live.abort(why), {
    isHeld: true,
    lastAt,
    ...(earlier !== null && {
      fold: foldAnswer(earlier.events),
      lastRound: earlier.rounds.at(-1)?.number ?? 0,
    }),
  });

/** Used in the rare case that the store refuses the ending: it omits the last events and the usage. */
const NOT_STORED = new RunError("internal", "The answer could not be stored.");
