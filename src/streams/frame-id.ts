/** The id of a GET's frame: its run, and its event's seq, 0 before the first. It names no replica. */
export const frameId = (runId: string, seq: number): string => `${runId}:${seq}`;

const FRAME_ID = /^(.{1,128}):(\d{1,10})$/;
const MAX_SEQ = 2 ** 31 - 1;
/** The seq in the id of a run's last frame when that has no place in the log: no event has so high a number. */
export const PAST_LOG = MAX_SEQ;

/** Returns the run and the seq of a frame's id; null when it is not one. */
export const parseFrameId = (id: string): { readonly runId: string; readonly seq: number } | null => {
  const [, runId = "", seq = ""] = FRAME_ID.exec(id) ?? [];
  return runId === "" ? null : { runId, seq: Number(seq) };
};
