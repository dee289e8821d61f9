/** What a GET's frame is called: its run, and its event's seq; 0 is before the first. It names no replica. */
export const frameId = (runId: string, seq: number): string => `${runId}:${seq}`;

const FRAME_ID = /^(.{1,128}):(\d{1,10})$/;
const MAX_SEQ = 2 ** 31 - 1;
/** In the id of a run's last frame that has no place in the log: no event is numbered so high. */
export const PAST_LOG = MAX_SEQ;

/** The run and the seq that a frame's id names. Null: it names none. */
export const parseFrameId = (id: string): { readonly runId: string; readonly seq: number } | null => {
  const [, runId = "", seq = ""] = FRAME_ID.exec(id) ?? [];
  return runId === "" ? null : { runId, seq: Number(seq) };
};
