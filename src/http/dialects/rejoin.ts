import { isTerminal } from "../../domain/event.ts";
import { isStorable } from "../../domain/text.ts";
import type { Topics } from "../../replicas/contract.ts";
import type { ReadableRun } from "../../runs/contract.ts";
import type { Registry } from "../../runs/registry.ts";
import { findRun } from "../../runs/stored-run.ts";
import type { StreamParts } from "../../streams/contract.ts";
import { PAST_LOG, parseFrameId } from "../../streams/frame-id.ts";
import { headerText } from "../request/header-text.ts";

/** Returns the id of the last frame that the client has seen (`Last-Event-ID`); null on its first request. */
export const lastSeen = (request: Request): string | null => headerText(request.headers, "last-event-id") || null;

/** A run to be resumed after one of its events. */
interface Rejoined {
  readonly run: ReadableRun;
  /** 0: from its first event on. */
  readonly after: number;
}

/**
 * Finds the run of the frame `id`, if it has events after that frame. Null when the id names no run of the user, or the
 * run's last frame. If the run does not have the event, or its events are gone and it is read
 * from its fold, it is read from its beginning.
 */
export const rejoin = async (
  id: string,
  userId: string,
  reader: AbortSignal,
  parts: Pick<StreamParts, "store" | "system"> & { readonly registry: Registry; readonly topics: Topics },
): Promise<Rejoined | null> => {
  const named = parseFrameId(id);
  if (named === null || !isStorable(named.runId)) return null;
  const { runId, seq: after } = named;
  const run = await findRun(userId, runId, reader, parts);
  if (run === null || after === PAST_LOG) return null;
  if (after === 0 || after > PAST_LOG) return { run, after: 0 };
  const [seen] = await parts.store.events.read(run.threadKey, after - 1, 1);
  if (seen?.seq !== after || seen.runId !== runId) return { run, after: 0 };
  if (isTerminal(seen.type)) return null;
  // What was seen up to there may have been cut elsewhere.
  return { run, after: seen.folded === undefined ? after : 0 };
};
