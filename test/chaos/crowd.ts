import { type Fault, faultsOf } from "./checker.ts";
import { type Reader, type RelayedView, readNative, readRelayed, type View } from "./client.ts";
import type { Cluster } from "./cluster.ts";
import type { Frame } from "./frames.ts";
import { questionFrom, type Size } from "./question.ts";
import type { Random } from "./random.ts";
import type { StandIn } from "./stand-in.ts";
import { type StoredThread, storedThread } from "./stored.ts";

export interface CrowdOptions {
  readonly cluster: Cluster;
  readonly model: StandIn;
  readonly random: Random;
  readonly threads: number;
  /** How long their answers are: the words times `length`, and the pauses times `pause`. */
  readonly size: Size;
  readonly length: number;
  readonly pause: number;
  /** When everybody gives up. */
  readonly deadlineMs: number;
  /** Which part of the threads has a client of /stream/v2. */
  readonly relayed?: number;
  /** Which part of the threads gets a second question while the first is answered. */
  readonly queued?: number;
  /** After how many frames a client leaves by itself and comes back elsewhere. */
  readonly patience?: () => number;
}

/** A thread as one who has read of it knows it. */
export interface KnownThread extends Pick<Reader, "userId" | "threadId"> {
  /** The last event that somebody has received. */
  readonly last: number;
}

/** Clients of many threads at the same time. */
export interface Crowd {
  /** The threads of which somebody has received something. */
  known(): readonly KnownThread[];
  /** Resolves when all of them together have received that part of the frames that they expect, roughly. */
  received(part: number): Promise<void>;
  /** Whether no client is left. */
  isOver(): boolean;
  /** Resolves when no client is left, with what was wrong. */
  verdict(): Promise<Verdict>;
}

export interface Verdict {
  readonly faults: readonly Fault[];
  readonly runs: number;
  readonly frames: number;
  readonly reconnects: number;
  /** How streams of /stream/v2 ended. */
  readonly relayed: readonly RelayedView["end"][];
  /** The threads as they are stored in the end, by their names. */
  readonly stored: ReadonlyMap<string, StoredThread>;
  /** When attempts began in the logs, in milliseconds since the epoch, and why. */
  readonly attempts: readonly { readonly at: number; readonly reason: string }[];
}

/** How long the stored thread of a crowd that has ended may take to be read, whatever else took long. */
const READING_MS = 30_000;

let crowds = 0;

/** Who asks in that turn of a thread. What is asked does not depend on the crowd's name, so that a seed repeats it. */
export const readerOf = (crowdName: string, thread: number, turn: number, random: Random, size: Size): Reader => ({
  userId: crowdName,
  threadId: `${crowdName}-${thread}`,
  question: questionFrom(`${crowdName}-${thread}-${turn}`, random.fork(`question ${thread}-${turn}`), size),
});

export const crowd = (options: CrowdOptions): Crowd => {
  const { cluster, model, threads, length, pause, random } = options;
  const words = [Math.ceil(options.size.words[0] * length), Math.ceil(options.size.words[1] * length)] as const;
  const pauseMs = [options.size.pauseMs[0] * pause, options.size.pauseMs[1] * pause] as const;
  const size = { words, pauseMs };
  const deadline = AbortSignal.timeout(options.deadlineMs);
  const name = `c${++crowds}`;
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const expected = threads * ((words[0] + words[1]) / 2) * 1.75;
  let frames = 0;
  const hasEnded = Promise.withResolvers<void>();
  let isOver = false;
  const known = new Map<string, KnownThread>();
  const onFrame = ({ userId, threadId }: Reader, { id }: Frame): void => {
    if (id?.startsWith(`${threadId}:`) === true) {
      const last = Math.max(known.get(threadId)?.last ?? 0, Number(id.slice(threadId.length + 1)));
      known.set(threadId, { userId, threadId, last });
    }
    frames++;
    while (waiting[0] !== undefined && waiting[0].count <= frames) waiting.shift()?.resolve();
  };
  const parts = (turn: string) => ({
    cluster,
    deadline,
    onFrame,
    random: random.fork(turn),
    ...(options.patience !== undefined && { patience: options.patience }),
  });
  const talk = async (thread: number): Promise<Talk> => {
    const chance = random.fork(`${thread}`);
    const isRelayed = chance.fraction() < (options.relayed ?? 0);
    const isQueued = chance.fraction() < (options.queued ?? 0);
    const first = readerOf(name, thread, 0, random, size);
    if (isRelayed) return { views: [], relayed: [await readRelayed(first, parts(`${thread}-0`))] };
    const views = [readNative(first, parts(`${thread}-0`))];
    if (isQueued) {
      const second = readerOf(name, thread, 1, random, size);
      views.push(Bun.sleep(chance.between(0, 1_000)).then(() => readNative(second, parts(`${thread}-1`))));
    }
    return { views: await Promise.all(views), relayed: [] };
  };
  const talks = Promise.all(Array.from({ length: threads }, (_, thread) => talk(thread))).finally(() => {
    isOver = true;
    hasEnded.resolve();
  });
  return {
    known: () => [...known.values()],
    received: async (part) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ count: Math.max(1, part * expected), resolve });
      waiting.sort((a, b) => a.count - b.count);
      await Promise.race([promise, hasEnded.promise]);
    },
    isOver: () => isOver,
    verdict: async () => verdictOf(await talks, { cluster, model, random, name }),
  };
};

interface Talk {
  readonly views: readonly View[];
  readonly relayed: readonly RelayedView[];
}

const verdictOf = async (
  talks: readonly Talk[],
  { cluster, model, random, name }: Pick<CrowdOptions, "cluster" | "model" | "random"> & { readonly name: string },
): Promise<Verdict> => {
  const faults: Fault[] = [];
  const attempts: { readonly at: number; readonly reason: string }[] = [];
  const stored = new Map<string, StoredThread>();
  for (const [at, { views, relayed }] of talks.entries()) {
    let thread: StoredThread;
    const threadId = `${name}-${at}`;
    try {
      const patience = AbortSignal.timeout(READING_MS);
      thread = await storedThread(() => cluster.url(cluster.choose(random)), { userId: name, threadId }, patience);
    } catch (error) {
      faults.push({ kind: "unfinished", message: `thread ${threadId}: ${error}` });
      continue;
    }
    stored.set(threadId, thread);
    faults.push(...faultsOf(thread, views, relayed, model));
    for (const { event } of thread.frames)
      if (event.type === "attempt_started") attempts.push({ at: Date.parse(event.at), reason: event.payload.reason });
  }
  for (const message of model.takeMistakes()) faults.push({ kind: "altered", message: `the model: ${message}` });
  const views = talks.flatMap((talk) => talk.views);
  const relayed = talks.flatMap((talk) => talk.relayed);
  return {
    faults,
    runs: views.length + relayed.length,
    frames: views.reduce((sum, view) => sum + view.frames.length, 0),
    reconnects: views.reduce((sum, view) => sum + view.reconnects, 0),
    relayed: relayed.map(({ end }) => end),
    stored,
    attempts,
  };
};
