import { payloadsOf } from "../support/native-events.ts";
import type { Fault } from "./checker.ts";
import type { Cluster } from "./cluster.ts";
import type { KnownThread } from "./crowd.ts";
import { type Frame, readFrames } from "./frames.ts";
import type { Random } from "./random.ts";
import type { StoredThread } from "./stored.ts";

/** What somebody saw of a thread who asked nothing, but opened its log somewhere. */
export interface Look extends KnownThread {
  /** After which event the log was opened; null: the id names none. */
  readonly after: number | null;
  readonly frames: readonly Frame[];
  /** `gone`: no such thread. `away`: no replica answered. `nothing`: there were no events after that. */
  readonly end: "read" | "read to the end" | "nothing" | "gone" | "away" | "refused";
}

export interface LookParts {
  readonly cluster: Cluster;
  readonly random: Random;
  readonly deadline: AbortSignal;
}

/** How far past the last known event a cursor may point. */
const AHEAD = 500;
/** How long somebody waits that was not told how long to. */
const RETRY_MS = 500;

/** A place in a log as a client may name it that has stored one, made one up or mixed two up. */
const cursorFrom = (random: Random, { threadId, last }: KnownThread): Pick<Look, "after"> & { readonly id: string } => {
  const kind = random.fraction();
  if (kind < 0.05) return { after: null, id: random.pick(["x", "other:1", `${threadId}:`, `${threadId}:-1`]) };
  const after = kind < 0.15 ? last + random.between(1, AHEAD) : random.between(0, last + 1);
  return { after, id: kind < 0.5 ? `${after}` : `${threadId}:${after}` };
};

const open = ({ userId, threadId }: KnownThread, id: string, { cluster, random, deadline }: LookParts) =>
  fetch(`${cluster.url(cluster.choose(random))}/api/v1/threads/${threadId}/events?userId=${userId}`, {
    headers: { "last-event-id": id },
    signal: deadline,
  });

/** Looks at a thread once, from a random place on, and leaves after `patience` frames. */
export const look = async (thread: KnownThread, patience: number, parts: LookParts): Promise<Look> => {
  const { after, id } = cursorFrom(parts.random, thread);
  const frames: Frame[] = [];
  const asLook = (end: Look["end"]): Look => ({ ...thread, after, frames, end });
  try {
    const response = await open(thread, id, parts);
    if (response.status === 204) return asLook("nothing");
    if (response.status === 404) return asLook("gone");
    if (response.status !== 200) return asLook(response.status === 503 ? "away" : "refused");
    await readFrames(
      response,
      (frame) => frames.push(frame) >= patience,
      () => {},
    );
    return asLook("read");
  } catch {
    return asLook("away");
  }
};

/**
 * Reads a thread from a random known place to the end of its last run, and comes back as often as the stream ends before
 * that. `onOpen` is called once, when the first bytes have come; `onCut` for each stream that did not end in order.
 */
export const lookToTheEnd = async (
  thread: KnownThread,
  parts: LookParts & { readonly onOpen: () => void; readonly onCut: () => void },
): Promise<Look> => {
  const after = parts.random.between(0, thread.last + 1);
  const frames: Frame[] = [];
  let onBytes = (): void => {
    parts.onOpen();
    onBytes = () => {};
  };
  while (!parts.deadline.aborted) {
    let waitMs = RETRY_MS;
    try {
      const response = await open(thread, frames.at(-1)?.id ?? `${after}`, parts);
      if (response.status === 204) return { ...thread, after, frames, end: "read to the end" };
      if (response.status === 404) return { ...thread, after, frames, end: "gone" };
      if (response.status === 200) {
        const end = await readFrames(
          response,
          (frame) => frames.push(frame) < 0,
          (ms) => {
            waitMs = ms;
          },
          () => onBytes(),
        );
        if (end === "cut") parts.onCut();
      } else if (response.status !== 503) return { ...thread, after, frames, end: "refused" };
    } catch {
      // It is away: another is tried.
    }
    await Bun.sleep(waitMs);
  }
  return { ...thread, after, frames, end: "away" };
};

/** What may have happened to a thread before it was looked at, or meanwhile. */
interface Fate {
  /** It was deleted. */
  readonly mayBeGone?: boolean;
  /** How it is stored after its runs were folded. Absent: they were not. */
  readonly folded?: StoredThread | undefined;
}

/**
 * What is wrong with a look at this thread. Its frames have to be those of the log that follow its cursor, or a reset
 * where it names no event, and what follows that. Those of a folded log follow each other in that log.
 */
export const faultsOfLook = (
  { threadId, last, after, frames, end }: Look,
  stored: StoredThread,
  { mayBeGone = false, folded }: Fate = {},
): readonly Fault[] => {
  const faults: Fault[] = [];
  const where = `who looked at ${threadId} after ${after}, of ${last} known events,`;
  const add = (kind: Fault["kind"], message: string): void =>
    void faults.push({ kind, message: `${where} ${message}` });
  const bySeq = dataBySeq(stored);
  const [foldedBySeq, predecessors] = folded === undefined ? [] : [dataBySeq(folded), predecessorsIn(folded)];
  const isKnown = after !== null && after <= last;
  if (end === "refused") add("other", "was refused");
  if (end === "gone" && !mayBeGone) add("lost", "found no thread");
  if (end === "nothing" && (!isKnown || after < last)) add("lost", "got nothing");
  let previous = after;
  let isAfterReset = false;
  for (const [at, { id, event, data }] of frames.entries()) {
    const seq = Number(id?.slice(id.lastIndexOf(":") + 1));
    if (event === "reset") {
      if (folded === undefined && (at > 0 || isKnown)) add("lost", `got a reset as frame ${at}`);
      previous = seq;
      isAfterReset = true;
      continue;
    }
    // Of no event of the log: this stream alone ends with it.
    if (mayBeGone && event === "error" && id === undefined) break;
    const isOfFold = foldedBySeq?.get(seq) === data && (isAfterReset || predecessors?.get(seq) === previous);
    if (previous === null) add("other", `got ${event} ${id} without a reset`);
    else if (seq <= previous) add("doubled", `got ${event} ${id} after ${previous}`);
    else if (seq > previous + 1 && !isOfFold) add("lost", `got ${event} ${id} after ${previous}`);
    if (bySeq.get(seq) !== data && !isOfFold)
      add("altered", `got ${id} as ${data}, and the log has ${bySeq.get(seq)}, or ${foldedBySeq?.get(seq)}`);
    previous = seq;
    isAfterReset = false;
  }
  const reached = stored.frames.at(-1)?.event.seq;
  if (end === "read to the end" && previous !== reached)
    add("unfinished", `was told that ${previous} is the last event`);
  return faults;
};

const dataBySeq = ({ frames }: StoredThread): ReadonlyMap<number, string> =>
  new Map(frames.map(({ event, data }) => [event.seq, data]));

const predecessorsIn = ({ frames }: StoredThread): ReadonlyMap<number, number> =>
  new Map(frames.map(({ event }, at) => [event.seq, frames[at - 1]?.event.seq ?? 0]));

/** What a thread has lost by being folded that it should have kept: its text, its messages, and all events but deltas. */
export const faultsOfFold = (
  threadId: string,
  before: StoredThread | undefined,
  after: StoredThread,
): readonly Fault[] => {
  const contentOf = ({ frames, messages }: StoredThread) => ({
    text: payloadsOf(
      frames.map(({ event }) => event),
      "token",
    )
      .map(({ delta }) => delta)
      .join(""),
    others: frames.filter(({ event }) => event.type !== "token").map(({ data }) => data),
    messages,
  });
  if (before !== undefined && Bun.deepEquals(contentOf(before), contentOf(after))) return [];
  return [{ kind: "altered", message: `${threadId} was folded to ${JSON.stringify(contentOf(after))}` }];
};
