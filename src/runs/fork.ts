import { FOLDED, foldAnswer } from "../domain/answer.ts";
import { RunError } from "../domain/error.ts";
import { type EventBody, type EventType, type LogEvent, payloadOf } from "../domain/event.ts";
import { NO_USAGE } from "../domain/run.ts";
import type { System } from "../domain/system.ts";
import type { Thread, ThreadKey } from "../domain/thread.ts";
import type { Store } from "../store/contract.ts";
import type { Checkpoint } from "../store/log/contract-checkpoints.ts";
import type { Fork, PartialRun } from "../store/log/contract-threads.ts";
import { endingOf } from "./ending.ts";

/** The end of a question in a fork that was made before the first token of its answer. */
const UNANSWERED = new RunError("interrupted", "The thread was forked before this was answered.");

/** The events that show how far a run had come. */
const FORK_EVENTS: readonly EventType[] = ["solve_progress", ...FOLDED];

/**
 * Creates the thread `to`, which continues from a checkpoint of `from` with everything emitted in `from` up to
 * it. Returns `unknown` when the thread or the checkpoint does not exist, `taken` when `to` exists already. `from` does
 * not change, even when one of its runs is in progress.
 */
export const forkThread = async (
  { store, system }: { readonly store: Store; readonly system: System },
  from: ThreadKey,
  checkpointId: string,
  to: ThreadKey,
): Promise<Thread | "unknown" | "taken"> => {
  const checkpoint = await store.threads.checkpoint(from, checkpointId);
  if (checkpoint === null) return "unknown";
  const logged = await store.events.ofRun(from, checkpoint.runId, FORK_EVENTS);
  const fork = { from, to, checkpoint, now: system.now(), ...placeOf(checkpoint, logged, system) };
  const made = await store.threads.fork(fork);
  return made === "gone" ? "unknown" : made;
};

/**
 * Decides where the fork cuts the log. After the last node of a turn that succeeded, it is the turn's end, so the whole
 * turn is copied unchanged. Anywhere else the turn is cut short and the new thread gets an end for it, so that there
 * too each run has exactly one. What was emitted up to the cut counts as the answer.
 */
const placeOf = (
  checkpoint: Checkpoint,
  logged: readonly LogEvent[],
  system: Pick<System, "id" | "now">,
): Pick<Fork, "through" | "partial"> => {
  const after = logged.filter(({ seq }) => seq > checkpoint.seq);
  const end = after.find(({ type }) => type === "done");
  const hasNextNode = after.some((event) => event.type === "solve_progress" && isBeginning(event));
  if (end !== undefined && !hasNextNode && !isStep(checkpoint)) return { through: end.seq, partial: null };
  return { through: checkpoint.seq, partial: partialRunAt(checkpoint, logged, system) };
};

/** A step of a node is stored as `node/step` (`WalkSink`), and its node goes on after it. */
const isStep = ({ node }: Checkpoint): boolean => node.includes("/");

const partialRunAt = (
  { runId, seq, node }: Checkpoint,
  logged: readonly LogEvent[],
  system: Pick<System, "id" | "now">,
): PartialRun => {
  const before = logged.filter((event) => event.seq <= seq);
  const fold = foldAnswer(before);
  const { content, detail } = fold.answer();
  const now = system.now();
  const { messageId, events, ...ending } = endingOf(content === "" ? UNANSWERED : null, {
    messageId: system.id(),
    usage: NO_USAGE, // what it cost was settled where it ran
    now,
  });
  const newRunId = system.id();
  const bodies: readonly EventBody[] = [...completion(node, before), ...events];
  return {
    runId,
    newRunId,
    end: {
      ...ending,
      events: bodies.map(({ type, payload }, i) => ({
        runId: newRunId,
        seq: seq + 1 + i,
        type,
        at: now,
        json: JSON.stringify(payload),
      })),
      checkpoints: [],
      message: fold.hasAnswer ? { id: messageId, content, detail: JSON.stringify(detail) } : null,
    },
  };
};

/**
 * Returns the event that completes the node. It is emitted right after the node's checkpoint, so it may not be in the
 * log yet.
 */
const completion = (node: string, before: readonly LogEvent[]): EventBody[] => {
  const begun = before.findLast((event) => event.type === "solve_progress" && progressOf(event).node === node);
  return begun === undefined
    ? []
    : [{ type: "solve_progress", payload: { ...progressOf(begun), status: "completed" } }];
};

const progressOf = (event: LogEvent) => payloadOf(event, "solve_progress");
const isBeginning = (event: LogEvent): boolean => progressOf(event).status === "in_progress";
