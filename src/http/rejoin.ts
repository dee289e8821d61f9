import { isTerminal } from "../domain/event.ts";
import { isStorable } from "../domain/text.ts";
import { findRun, type ReadableRun } from "../runs/kept.ts";
import type { Registry } from "../runs/registry.ts";
import { headerText } from "./header-text.ts";
import type { StreamParts } from "./stream.ts";

/** What a GET's frame is called: its run, and its event's seq; 0 is before the first. It names no replica. */
export const frameId = (runId: string, seq: number): string => `${runId}:${seq}`;

const FRAME_ID = /^(.{1,128}):(\d{1,10})$/;
const MAX_SEQ = 2 ** 31 - 1;
/** In the id of a run's last frame that has no place in the log: no event is numbered so high. */
export const PAST_LOG = MAX_SEQ;

/** The id of the last frame that whoever comes back has seen (`Last-Event-ID`); null: they come for the first time. */
export const lastSeen = (request: Request): string | null => headerText(request.headers, "last-event-id") || null;

/** A run to be read on behind an event of its. */
interface Rejoined {
  readonly run: ReadableRun;
  /** 0: from its first event on. */
  readonly after: number;
}

/**
 * The run that the frame `id` was one of, if there is something left of it to say. Null: the id names no run of the user's,
 * or the run's last frame. An event that the run does not have is as good as none: the run is read from its beginning.
 */
export const rejoin = async (
  id: string,
  userId: string,
  reader: AbortSignal,
  parts: Pick<StreamParts, "store" | "system"> & { readonly registry: Registry },
): Promise<Rejoined | null> => {
  const [, runId = "", seq = ""] = FRAME_ID.exec(id) ?? [];
  const run = runId !== "" && isStorable(runId) ? await findRun(userId, runId, reader, parts) : null;
  if (run === null) return null;
  const after = Number(seq);
  if (after === PAST_LOG) return null;
  if (after === 0 || after > MAX_SEQ) return { run, after: 0 };
  const [seen] = await parts.store.events.read(run.threadKey, after - 1, 1);
  if (seen?.seq !== after || seen.runId !== runId) return { run, after: 0 };
  return isTerminal(seen.type) ? null : { run, after };
};
