import { FOLDED, foldAnswer } from "../domain/answer.ts";
import { RunError } from "../domain/error.ts";
import { type EventBody, type EventType, type LogEvent, payloadOf } from "../domain/event.ts";
import { NO_USAGE } from "../domain/run.ts";
import type { System } from "../domain/system.ts";
import type { Thread, ThreadKey } from "../domain/thread.ts";
import type { Store } from "../store/contract.ts";
import type { Checkpoint } from "../store/log/contract-checkpoints.ts";
import type { CutRun, Fork } from "../store/log/contract-threads.ts";
import { endingOf } from "./ending.ts";

/** How a question ends in a fork that was made before the first word of its answer. */
const UNANSWERED = new RunError("interrupted", "The thread was forked before this was answered.");

/** What tells how far a run had come. */
const TELLING: readonly EventType[] = ["solve_progress", ...FOLDED];

/**
 * Makes the thread `to`, which continues from a checkpoint of `from`: it has heard and said all that the other had by then.
 * `unknown`: there is no such thread or checkpoint. `taken`: `to` is there already. `from` stays as it is, also when a run
 * of it is under way.
 */
export const forkThread = async (
  { store, system }: { readonly store: Store; readonly system: System },
  from: ThreadKey,
  checkpointId: string,
  to: ThreadKey,
): Promise<Thread | "unknown" | "taken"> => {
  const checkpoint = await store.threads.checkpoint(from, checkpointId);
  if (checkpoint === null) return "unknown";
  const said = await store.events.ofRun(from, checkpoint.runId, TELLING);
  const fork = { from, to, checkpoint, now: system.now(), ...placeOf(checkpoint, said, system) };
  const made = await store.threads.fork(fork);
  return made === "gone" ? "unknown" : made;
};

/**
 * Where the fork lies in the log. After the last node of a turn that succeeded it lies at the turn's end: all of it comes
 * along as it is. Anywhere else it cuts the turn short, and the new thread gets an end for it, so that there too every run
 * has exactly one: what was said by then counts as the answer.
 */
const placeOf = (
  checkpoint: Checkpoint,
  said: readonly LogEvent[],
  system: Pick<System, "id" | "now">,
): Pick<Fork, "through" | "cut"> => {
  const after = said.filter(({ seq }) => seq > checkpoint.seq);
  const end = after.find(({ type }) => type === "done");
  const wentOn = after.some((event) => event.type === "solve_progress" && isBeginning(event));
  if (end !== undefined && !wentOn) return { through: end.seq, cut: null };
  return { through: checkpoint.seq, cut: cutAt(checkpoint, said, system) };
};

const cutAt = (
  { runId, seq, node }: Checkpoint,
  said: readonly LogEvent[],
  system: Pick<System, "id" | "now">,
): CutRun => {
  const before = said.filter((event) => event.seq <= seq);
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
      message: fold.hasSaid ? { id: messageId, content, detail: JSON.stringify(detail) } : null,
    },
  };
};

/** That the node has completed is said right after its checkpoint, and may not be in the log yet. */
const completion = (node: string, before: readonly LogEvent[]): EventBody[] => {
  const begun = before.findLast((event) => event.type === "solve_progress" && progressOf(event).node === node);
  return begun === undefined
    ? []
    : [{ type: "solve_progress", payload: { ...progressOf(begun), status: "completed" } }];
};

const progressOf = (event: LogEvent) => payloadOf(event, "solve_progress");
const isBeginning = (event: LogEvent): boolean => progressOf(event).status === "in_progress";
