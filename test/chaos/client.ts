import { AGENT } from "./agent.ts";
import type { Cluster } from "./cluster.ts";
import { type Frame, readFrames } from "./frames.ts";
import { messageOf, type Question } from "./question.ts";
import type { Random } from "./random.ts";

/** One client of one run. */
export interface Reader {
  readonly question: Question;
  readonly userId: string;
  readonly threadId: string;
}

/** What a client has seen of a run, over all its connections. */
export interface View extends Reader {
  /** In the order in which they came. */
  readonly frames: readonly Frame[];
  /** How often it came back. */
  readonly reconnects: number;
  /** Why it gave up; null when it read to the run's end. */
  readonly trouble: string | null;
}

export interface ClientParts {
  readonly cluster: Cluster;
  readonly random: Random;
  /** When every client gives up. */
  readonly deadline: AbortSignal;
  /** Called with each frame that arrives. */
  readonly onFrame?: (reader: Reader, frame: Frame) => void;
  /** Leaves after so many frames, to come back elsewhere. Undefined: it stays for as long as it can. */
  readonly patience?: () => number;
}

/** How long a client waits that was told nothing, or could not connect. */
const RETRY_MS = 500;
/** How long a client bears silence before it takes the line for dead. Replicas send comments more often. */
const SILENCE_MS = 10_000;

const TERMINAL = new Set<string | undefined>(["done", "error"]);

/** What another replica may do better. */
const TRANSIENT = new Set([409, 429, 500, 502, 503, 504]);

/**
 * Asks a question, and reads the native events of its run to the end. As often as the connection breaks or ends early,
 * it comes back to another replica: with the last id that it saw, or by the same request with the same
 * Idempotency-Key when it has seen none.
 */
export const readNative = async (reader: Reader, parts: ClientParts): Promise<View> => {
  const { cluster, random, deadline } = parts;
  const frames: Frame[] = [];
  let connections = 0;
  let trouble: string | null = null;
  let last: number | undefined;
  const asView = (): View => ({ ...reader, frames, reconnects: connections - 1, trouble });
  while (!deadline.aborted) {
    const place = cluster.choose(random, ...(last === undefined ? [] : [last]));
    last = place;
    connections++;
    let waitMs = RETRY_MS;
    const leave = new AbortController();
    const signal = AbortSignal.any([deadline, leave.signal]);
    const silence = setTimeout(() => leave.abort(), SILENCE_MS);
    try {
      const response = await request(cluster.url(place), reader, frames.at(-1)?.id, signal);
      if (response.status === 200) {
        let left = parts.patience?.() ?? Number.POSITIVE_INFINITY;
        let isOver = false;
        await readFrames(
          response,
          (frame) => {
            frames.push(frame);
            parts.onFrame?.(reader, frame);
            isOver = TERMINAL.has(frame.event) || frame.event === "reset";
            return isOver || --left <= 0;
          },
          (ms) => {
            waitMs = ms;
          },
          () => silence.refresh(),
        );
        if (isOver) return asView();
        if (left <= 0) waitMs = 0;
      } else if (!TRANSIENT.has(response.status)) {
        trouble = `status ${response.status} at ${frames.at(-1)?.id ?? "the start"}: ${(await response.text()).slice(0, 300)}`;
        return asView();
      }
    } catch {
      // It is away: another is tried.
    } finally {
      clearTimeout(silence);
      leave.abort();
    }
    if (waitMs > 0) await Bun.sleep(waitMs);
  }
  trouble = "it gave up at the deadline";
  return asView();
};

const request = (
  url: string,
  { question, userId, threadId }: Reader,
  lastId: string | undefined,
  signal: AbortSignal,
): Promise<Response> =>
  lastId === undefined
    ? fetch(`${url}/api/v1/runs`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": question.id },
        body: JSON.stringify({
          agent: AGENT,
          input: { message: messageOf(question) },
          user_id: userId,
          thread_id: threadId,
        }),
        signal,
      })
    : fetch(`${url}/api/v1/threads/${threadId}/events?userId=${userId}`, {
        headers: { "last-event-id": lastId },
        signal,
      });

/** What a backend has seen that does not come back. */
export interface RelayedView extends Reader {
  readonly text: string;
  readonly end: "completed" | "failed" | "cut" | "ended early" | "refused";
}

/** Asks by /stream/v2 and reads until the connection is over. A request that is refused is sent again. */
export const readRelayed = async (
  reader: Reader,
  { cluster, random, deadline, onFrame }: ClientParts,
): Promise<RelayedView> => {
  const { question, userId, threadId } = reader;
  let text = "";
  let end: RelayedView["end"] = "refused";
  while (!deadline.aborted && end === "refused") {
    try {
      const response = await fetch(`${cluster.url(cluster.choose(random))}/stream/v2`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": question.id },
        body: JSON.stringify({ message: messageOf(question), userId, threadId, agentConfig: { agent: AGENT } }),
        signal: deadline,
      });
      if (response.status === 200) {
        text = "";
        const over = await readFrames(
          response,
          (frame) => {
            onFrame?.(reader, frame);
            const data = JSON.parse(frame.data) as { readonly delta?: string };
            text += data.delta ?? "";
            if (frame.event === "run.completed") end = "completed";
            if (frame.event === "run.failed") end = "failed";
            return end !== "refused";
          },
          () => {},
        );
        if (over !== "left") end = over === "cut" ? "cut" : "ended early";
        continue;
      }
    } catch {
      // It is away: another is tried.
    }
    await Bun.sleep(RETRY_MS);
  }
  return { ...reader, text, end };
};
